# SPDX-License-Identifier: MIT
"""What is installed works by itself: install.py BUILD_FOLDER LIBDIR CMAKE

The tree is installed, moved, and used with the build's own library unreachable."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD, LIBDIR, CMAKE = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="heapkit-install-")
        cls.addClassCleanup(cls.folder.cleanup)
        first, cls.tree = pathlib.Path(cls.folder.name, "first"), pathlib.Path(cls.folder.name, "moved")
        installed = subprocess.run([CMAKE, "--install", BUILD, "--prefix", first], capture_output=True, encoding="utf-8",
                                   check=False)
        assert installed.returncode == 0, installed.stderr
        first.rename(cls.tree)

    def ask(self, *words):
        environment = {"PATH": f"{self.tree}/bin:/usr/bin:/bin", "HOME": self.folder.name, "LC_ALL": "C.UTF-8"}
        return subprocess.run(words, cwd=self.folder.name, env=environment, capture_output=True, encoding="utf-8",
                              check=False, timeout=60)

    def test_everything_is_there(self):
        for name in ("bin/heapkit", "bin/heapdiff", f"{LIBDIR}/heapkit/libprof.so", "include/prof/prof.h",
                     "share/man/man1/heapkit.1", "share/man/man1/heapdiff.1",
                     "share/bash-completion/completions/heapkit", "share/bash-completion/completions/heapdiff"):
            self.assertTrue((self.tree / name).is_file(), name)
        self.assertFalse((self.tree / "bin/heapkit-generate").exists())

    def test_nothing_in_it_leads_back_to_the_build(self):
        for path in self.tree.rglob("*"):
            if path.is_file() and path.suffix not in (".so",):  # its debug information may name its sources
                self.assertNotIn(os.fsencode(BUILD), path.read_bytes(), path)

    def test_a_program_is_recorded_with_the_installed_agent(self):
        answer = self.ask("heapkit", "run", "-o", "heaps", "--", "grep", "-o", "[^ ]*libprof.so", "/proc/self/maps")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(set(answer.stdout.split()), {str(self.tree / LIBDIR / "heapkit/libprof.so")})
        heap = next(pathlib.Path(self.folder.name, "heaps").glob("*.heap"))
        self.assertIn("live ", self.ask("heapkit", "stats", str(heap)).stdout)
        self.assertEqual(self.ask("heapdiff", str(heap), str(heap)).returncode, 0)

    def test_without_its_agent_it_says_where_it_looked(self):
        agent = self.tree / LIBDIR / "heapkit/libprof.so"
        aside = agent.with_name("aside")
        agent.rename(aside)
        answer = self.ask("heapkit", "run", "--", "true")
        aside.rename(agent)
        self.assertEqual(answer.returncode, 2)
        self.assertIn(str(agent.parent), answer.stderr)
        self.assertIn("HEAPKIT_AGENT=", answer.stderr)

    def test_completion_and_manual_are_of_this_version(self):
        version = self.ask("heapkit", "--version").stdout.split()[1]
        self.assertIn(version, (self.tree / "share/man/man1/heapkit.1").read_text(encoding="utf-8"))
        done = self.ask("bash", "-c", f"source {self.tree}/share/bash-completion/completions/heapkit; "
                        "COMP_WORDS=(heapkit ''); COMP_CWORD=1; _heapkit; echo \"${COMPREPLY[@]}\"")
        self.assertIn("snapshot", done.stdout.split())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
