# SPDX-License-Identifier: MIT
"""Leak tests of a program that has no debug information, and declares its types: declared.py HEAPKIT PROGRAM

Side: tests. The program is programs/declared.cpp."""
import sys
import unittest

from suite import Suite

Suite.heapkit, Suite.program = sys.argv[1], sys.argv[2]


class Declared(Suite):
    def test_a_type_that_only_the_program_knows_can_be_asked_for(self):
        said = self.run_recorded().stdout
        leaky, rest = said.split("fixed: ")
        fixed, misspelled = rest.split("misspelled: ")
        self.assertIn("leaky: failed\nno growth of Session over 4 iterations", leaky)
        self.assertRegex(leaky, r"Session +5 +\+4 ")
        self.assertEqual(fixed.strip(), "passed", "there is no Session in any snapshot, and yet it is known")
        self.assertIn("failed\nIt cannot be said whether this holds", misspelled)
        self.assertIn("Did you mean Session?", misspelled)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
