# SPDX-License-Identifier: MIT
"""Runs test programs under the recorder and looks at what they leave: for verdicts.py and edges.py.

Side: tests."""
import os
import pathlib
import subprocess
import tempfile
import unittest

PNG, SVG = b"\x89PNG\r\n\x1a\n", b"<svg"


class Suite(unittest.TestCase):
    """Programs run in a folder of their own, where their snapshots go too."""
    heapkit = program = None

    @classmethod
    def setUpClass(cls):
        cache = tempfile.TemporaryDirectory(prefix="heapkit-leak-tests-cache-")  # debug information is read once
        cls.addClassCleanup(cache.cleanup)
        cls.cache = cache.name

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-leak-tests-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def environment(self, more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("PROF") and name not in ("LD_PRELOAD", "HEAPKIT")}
        return kept | {"PROF_TEST_FOLDER": str(self.folder), "XDG_CACHE_HOME": self.cache,
                       "LC_ALL": "C.UTF-8"} | more

    def run_plainly(self, *words, **environment):
        return subprocess.run([str(word) for word in words], env=self.environment(environment), capture_output=True,
                              encoding="utf-8", check=False, timeout=120, cwd=self.folder)

    def run_recorded(self, *words, options=("--no-exit-snapshot",), **environment):
        return self.run_plainly(self.heapkit, "run", *options, "--", self.program, *words, **environment)

    def left(self, ending):
        return sorted(self.folder.glob(f"*{ending}"))

    def assert_nothing_left(self):
        self.assertEqual(list(self.folder.iterdir()), [])
