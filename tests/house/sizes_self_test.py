#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that sizes.py sees what it must see, and nothing else.

Side: tests.
"""
import re
import unittest

import sizes

NOTHING = re.compile(r"(?!)")
HEAD = "// " + sizes.LICENCE + "\n"


def body(lines):
    return "int longest(int a) {\n" + "    ++a; // } {\n" * (lines - 2) + "}\n"


class Sizes(unittest.TestCase):
    def problems(self, text, path="cli/file.cpp"):
        return list(sizes.check_file(path, text, NOTHING))

    def test_a_sound_file_is_accepted(self):
        self.assertEqual([], self.problems(HEAD + "namespace a {\nclass B {\n    int c(int) const { return 1; }\n};\n}\n"))

    def test_a_missing_licence_line_is_noticed(self):
        self.assertIn("no line", self.problems("int a;\n")[0])

    def test_a_long_file_is_noticed(self):
        self.assertIn("601 lines", self.problems(HEAD + "int a();\n" * 600)[0])

    def test_a_function_of_70_lines_is_accepted_and_one_of_71_is_noticed(self):
        self.assertEqual([], self.problems(HEAD + body(70)))
        self.assertIn("a function of 71 lines", self.problems(HEAD + "namespace a {\n" + body(71) + "}\n")[0])

    def test_a_long_member_function_is_noticed_and_a_long_class_is_not(self):
        self.assertIn("71 lines", self.problems(HEAD + "class A {\n" + body(71) + "};\n")[0])
        self.assertEqual([], self.problems(HEAD + "class A {\n" + "    int a(int);\n" * 100 + "};\n"))

    def test_a_long_table_is_accepted(self):
        for opening, end in (("constexpr int table[] = {", "};"), ("constexpr auto table = make<int>({", "});")):
            self.assertEqual([], self.problems(HEAD + opening + "\n" + "    f(1),\n" * 100 + end + "\n"))

    def test_a_line_of_120_columns_is_accepted_and_one_of_121_is_noticed(self):
        self.assertEqual([], self.problems(HEAD + "//" + "x" * 118 + "\n"))
        self.assertIn("121 columns", self.problems(HEAD + "//" + "x" * 119 + "\n")[0])

    def test_an_unfinished_word_is_noticed_in_code_alone(self):
        word = "TO" + "DO"
        self.assertIn("unfinished", self.problems(HEAD + f"// {word}: later\n")[0])
        self.assertEqual([], self.problems(f"{word}\n", path="docs/words.md"))

    def test_a_folder_of_one_machine_is_noticed(self):
        pattern = sizes.machine_paths("/projects/heapkit")
        self.assertTrue(pattern.search("see " + "/ho" + "me/ann/notes"))
        self.assertTrue(pattern.search("see /projects/notes"))
        self.assertFalse(pattern.search("see docs/projects/notes, ../projects/notes and /usr/lib/x"))


if __name__ == "__main__":
    unittest.main()
