#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That guarantees.py notices a test that is not there, and a promise that nothing holds.

Side: tests.
"""
import unittest

import guarantees

TABLE = """# Promises
| guarantee | limit | held by |
|---|---|---|
| it works | always | `a test` |
| so does this | | {} |

| other | table |
|---|---|
| with | `no test` |
"""


class Guarantees(unittest.TestCase):
    def problems(self, cell, limit=""):
        return list(guarantees.problems(TABLE.format(cell).replace("| | ", f"| {limit} | "), {"a test", "another"}))

    def test_tests_that_are_there_are_fine(self):
        self.assertEqual(self.problems("`another` `a test`"), [])

    def test_a_test_that_is_not_there_is_noticed(self):
        self.assertEqual(self.problems("`another` `renamed`"), ["line 5: there is no test renamed"])

    def test_a_promise_without_a_test_is_noticed(self):
        self.assertEqual(len(self.problems("somehow")), 1)

    def test_it_may_say_that_it_has_none(self):
        self.assertEqual(self.problems("", limit="**no test** holds it"), [])


if __name__ == "__main__":
    unittest.main()
