#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/library.md says what is so: each of its programs is built, run on two snapshots of service.cpp, and prints what
stands below it; and each question that heapkit.hpp has is asked by one of them.

Side: tests. Usage: document.py ROOT CXX LIBRARY_FOLDER LIBPROF SERVICE
In what a program prints, "…" in the document stands for any text, and as a line of its own for any lines.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT, CXX, LIBRARY_FOLDER, LIBPROF, SERVICE = sys.argv[1:6]
DOCUMENT = pathlib.Path(ROOT, "docs/library.md").read_text(encoding="utf-8")
HEADER = pathlib.Path(ROOT, "libprof/include/heapkit/heapkit.hpp").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"## ([^\n]*)\n(?:(?!\n## ).)*?```cpp\n(.*?)```\n\n```\n(.*?)```", DOCUMENT, re.DOTALL)


def pattern(printed):
    """What a program may print, as a regular expression."""
    parts = re.split(r"(^…\n|…)", printed, flags=re.MULTILINE)
    return "".join({"…\n": r"(?:.*\n)*?", "…": ".*?"}.get(part, re.escape(part)) for part in parts)


def questions():
    """Names of the public functions of Snapshot, and of those that render a report."""
    public = HEADER[HEADER.index("class HEAPKIT_PUBLIC Snapshot"):HEADER.index("   private:")]
    public += HEADER[HEADER.index("HEAPKIT_PUBLIC std::string"):]
    return set(re.findall(r"^(?:    |HEAPKIT_PUBLIC )(?!using)(?:static )?[\w:<>&*]+ (\w+)\(", public, re.MULTILINE))


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-library-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.folder / "cache")}
        cls.run_in_folder([SERVICE, "1.heap", "2.heap"], LD_PRELOAD=LIBPROF, PROF="exit=off")

    @classmethod
    def run_in_folder(cls, command, **variables):
        done = subprocess.run(command, cwd=cls.folder, env={**cls.environment, **variables}, capture_output=True,
                              encoding="utf-8", timeout=120, check=False)
        assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def test_each_program_prints_what_stands_below_it(self):
        self.assertEqual(len(EXAMPLES), DOCUMENT.count("```cpp"))
        for title, program, printed in EXAMPLES:
            with self.subTest(title):
                (self.folder / "ask.cpp").write_text(program, encoding="utf-8")
                self.run_in_folder([CXX, "-std=c++20", "-Wall", "-Wextra", "-Werror", "ask.cpp", "-o", "ask",
                                    f"-I{ROOT}/libprof/include", f"-L{LIBRARY_FOLDER}", f"-Wl,-rpath,{LIBRARY_FOLDER}",
                                    "-lheapkit"])
                answer = self.run_in_folder(["./ask", "1.heap", "2.heap"])
                self.assertRegex(answer, "^" + pattern(printed) + "$")

    def test_pictures_are_drawn(self):
        for name, begins in (("backrefs.png", b"\x89PNG"), ("chain.png", b"\x89PNG"), ("refs.svg", b"<?xml")):
            self.assertTrue((self.folder / name).read_bytes().startswith(begins), name)

    def test_each_question_of_the_header_is_asked(self):
        asked = set(re.findall(r"(\w+)\(", "".join(program for _, program, _ in EXAMPLES)))
        self.assertGreater(len(questions()), 25)
        self.assertEqual(questions() - asked, set())

    def test_what_a_program_does_not_print_is_noticed(self):
        self.assertNotRegex("one\ntwo\n", "^" + pattern("one\n…\nthree\n") + "$")
        self.assertRegex("one\ntwo\nthree\n", "^" + pattern("o…\n…\nthree\n") + "$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
