#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds a small viewer, breaks it in one way at a time, and checks that page.py says so.

Side: tests.
"""
import json
import os
import tempfile
import unittest

import page

FILES = {"page/main.ts": "1", "page/pages/types.ts": "2", "build.mjs": "3", "flamegraph.css": "4", "package.json": "5",
         "package-lock.json": "6", "built/page.html": "<!doctype html>", "built/LICENSES.txt": "7"}


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        for path, text in FILES.items():
            self.write(path, text)
        listed = {path: page.digest(self.path(path)) for path in FILES}
        self.write("built/manifest.json", json.dumps({
            "sources": {path: value for path, value in listed.items() if not path.startswith("built/")},
            "built": {path: value for path, value in listed.items() if path.startswith("built/")}}))

    def path(self, path):
        return os.path.join(self.root, "viewer", path)

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w", encoding="utf-8") as file:
            file.write(text)

    def test_a_page_that_was_built_from_its_sources_is_accepted(self):
        self.assertEqual([], list(page.check(self.root)))

    def test_a_changed_source_is_noticed(self):
        self.write("page/pages/types.ts", "changed")
        self.assertEqual(["viewer/page/pages/types.ts: changed since the page was built"], list(page.check(self.root)))

    def test_a_new_source_is_noticed(self):
        self.write("page/new.ts", "")
        self.assertEqual(["viewer/page/new.ts: not in the manifest"], list(page.check(self.root)))

    def test_a_source_that_went_is_noticed(self):
        os.remove(self.path("page/main.ts"))
        self.assertEqual(["viewer/page/main.ts: in the manifest, and not there"], list(page.check(self.root)))

    def test_a_page_that_was_edited_by_hand_is_noticed(self):
        self.write("built/page.html", "<!doctype html>edited")
        self.assertEqual(["viewer/built/page.html: not as it was built"], list(page.check(self.root)))

    def test_a_result_that_is_not_in_the_manifest_is_noticed(self):
        self.write("built/manifest.json", json.dumps({"sources": {}, "built": {}}))
        self.assertIn("viewer/built/page.html: not in the manifest", list(page.check(self.root)))

    def test_a_page_that_is_too_large_is_noticed(self):
        self.write("built/page.html", " " * (page.MOST_BYTES + 1))
        self.assertTrue(any("the most is" in problem for problem in page.check(self.root)))


if __name__ == "__main__":
    unittest.main()
