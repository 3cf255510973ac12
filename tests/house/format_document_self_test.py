#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that format_document.py notices a document that is wrong by one number or one row.

Side: tests. Usage: format_document_self_test.py ROOT C_COMPILER
"""
import os
import shutil
import sys
import tempfile
import unittest

import format_document

ROOT, COMPILER = sys.argv[1:3]


class Document(unittest.TestCase):
    def problems(self, old, new):
        with tempfile.TemporaryDirectory() as root:
            for path in (format_document.HEADER, format_document.DOCUMENT):
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                shutil.copy(os.path.join(ROOT, path), os.path.join(root, path))
            document = os.path.join(root, format_document.DOCUMENT)
            with open(document, encoding="utf-8") as file:
                text = file.read()
            self.assertIn(old, text)
            with open(document, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new, 1))
            return "\n".join(format_document.check(root, COMPILER)[0])

    def test_a_wrong_offset_is_noticed(self):
        self.assertIn("prof_header.file_bytes is not at 26", self.problems("| 24 | 8 | `file_bytes`",
                                                                           "| 26 | 8 | `file_bytes`"))

    def test_a_wrong_size_is_noticed(self):
        self.assertIn("prof_header.file_bytes has not 4 bytes", self.problems("| 24 | 8 | `file_bytes`",
                                                                              "| 24 | 4 | `file_bytes`"))

    def test_a_wrong_number_is_noticed(self):
        self.assertIn("PROF_WORD_SELF is not 4", self.problems("| 3 | `PROF_WORD_SELF`", "| 4 | `PROF_WORD_SELF`"))

    def test_a_missing_field_is_noticed(self):
        self.assertIn("does not tell of struct prof_header: file_bytes", self.problems("`file_bytes` |", "`bytes` |"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
