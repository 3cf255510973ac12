#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that wall.py notices a library that breaks the wall. Compiles one; skipped where there is no C compiler.

Side: tests. Usage: wall_self_test.py C_COMPILER
"""
import os
import subprocess
import sys
import tempfile
import unittest

import wall

COMPILER = sys.argv.pop(1) if len(sys.argv) > 1 else "cc"
SOURCE = """
#include <math.h>
#include <stdlib.h>
__thread char large[80];
int exported(double x) { large[0] = 1; return (int)pow(x, x) + large[1] + (malloc(1) != NULL); }
"""


class Wall(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.library = os.path.join(self.folder.name, "lib.so")
        subprocess.run([COMPILER, "-shared", "-fPIC", "-xc", "-", "-o", self.library, "-lm"], check=True, input=SOURCE,
                       text=True)

    def tearDown(self):
        self.folder.cleanup()

    def problems(self):
        return "\n".join(wall.check(self.library, self.folder.name))

    def test_imports_exports_libraries_and_storage_are_noticed(self):
        problems = self.problems()
        self.assertIn("import not approved: malloc@GLIBC_2.2.5", problems)
        self.assertIn("export not approved: exported", problems)
        self.assertIn("import newer than glibc 2.28: pow@GLIBC_2.29", problems)
        self.assertIn("needs libm.so.6", problems)
        self.assertIn("80 bytes of thread-local storage", problems)

    def test_approving_the_lists_does_not_approve_the_rest(self):
        wall.approve(self.library, self.folder.name)
        problems = self.problems()
        self.assertNotIn("not approved", problems)
        self.assertIn("needs libm.so.6", problems)

    def test_a_symbol_that_is_gone_is_noticed(self):
        wall.approve(self.library, self.folder.name)
        with open(os.path.join(self.folder.name, "libprof.imports"), "a", encoding="utf-8") as file:
            file.write("lost@GLIBC_2.2.5\n")
        self.assertIn("import is gone: lost", self.problems())


if __name__ == "__main__":
    unittest.main()
