# SPDX-License-Identifier: MIT
"""Runs our commands as a user would, in a folder of fixtures, with nothing of the machine in the answer."""
import os
import pathlib
import subprocess
import tempfile


class Fixtures:
    """A folder with the snapshots of cli_fixtures; commands run in it."""

    def __init__(self, programs):
        self.programs = pathlib.Path(programs).resolve()
        self._folder = tempfile.TemporaryDirectory(prefix="heapkit-cli-")
        self.folder = pathlib.Path(self._folder.name)
        subprocess.run([self.programs / "cli_fixtures", self.folder], check=True)

    def ask(self, *words, **environment):
        """The finished process of e.g. ask("heapkit", "stats", "1.heap")."""
        surroundings = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8",
                        "XDG_CACHE_HOME": str(self.folder / "cache"), **environment}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                surroundings[name] = os.environ[name]
        return subprocess.run([self.programs / words[0], *words[1:]], cwd=self.folder, env=surroundings,
                              capture_output=True, encoding="utf-8", check=False)
