# SPDX-License-Identifier: MIT
"""A project with tests of its own asks the installed tree for leak tests: leak_tests.py BUILD_FOLDER CMAKE

Side: tests. GoogleTest and Catch2 are left out where they are not. CATCH2=FOLDER in the environment is where another
Catch2, as 3.x, was installed."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BUILD, CMAKE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PROJECT = pathlib.Path(__file__).parent / "leak_tests"
SERVICE = pathlib.Path(__file__).parents[1] / "leak_tests/programs"


def run(*words, **options):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LD_PRELOAD", "PROF", "CTEST"))}
    return subprocess.run([str(word) for word in words], env=kept, check=False, capture_output=True, encoding="utf-8",
                          timeout=280, **options)


class LeakTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-consumer-tests-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder, cls.built = pathlib.Path(folder.name), pathlib.Path(folder.name, "built")
        project = cls.folder / "project"
        shutil.copytree(PROJECT, project)
        for framework in ("by_gtest.cpp", "by_catch2.cpp"):
            shutil.copy(SERVICE / framework, project)
        prefix = ";".join(filter(None, [str(cls.folder / "tree"), os.environ.get("CATCH2")]))
        for words in (["--install", BUILD, "--prefix", cls.folder / "tree"],
                      ["-S", project, "-B", cls.built, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DSERVICE_FOLDER={SERVICE}",
                       f"-DCMAKE_CXX_COMPILER={os.environ.get('CXX', 'g++')}"],
                      ["--build", cls.built]):
            done = run(CMAKE, *words)
            assert done.returncode == 0, done.stdout + done.stderr
        cls.said = run(CMAKE.with_name("ctest"), "--test-dir", cls.built, "--output-junit", cls.folder / "verdicts.xml")
        suite = xml.etree.ElementTree.parse(cls.folder / "verdicts.xml").getroot()
        cls.cases = {case.get("name"): (case.get("status"), case.findtext("system-out")) for case in suite}

    def output_of(self, name, status):
        if name not in self.cases:
            self.skipTest(f"without its framework there is no {name}")
        self.assertEqual(self.cases[name][0], status, self.cases[name][1])
        return self.cases[name][1]

    def test_a_program_as_it_is_fails_when_it_leaks_and_says_where_and_what(self):
        said = self.output_of("plain.leaky", "fail")
        self.assertIn("20 rules", said)
        self.assertRegex(said, r"plain_test\.cpp:\d+ +definitely lost +20 .*Rule")
        self.assertIn("heapkit: leaks in 1 of 1 process", said)
        self.assertEqual(len(list(self.built.glob("kept/plain_leaky.*.heap"))), 1)

    def test_its_verdict_is_in_the_junit_file_that_was_asked_for(self):
        for variant, failures in (("leaky", "1"), ("fixed", "0")):
            suite, = xml.etree.ElementTree.parse(self.built / f"{variant}.xml").getroot()
            self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", failures))

    def test_it_passes_when_it_does_not_leak(self):
        self.assertIn("heapkit: no leaks in 1 process", self.output_of("plain.fixed", "run"))

    def test_one_that_fails_itself_fails(self):
        self.output_of("plain.fails", "fail")

    def test_what_is_suppressed_passes(self):
        self.assertIn("no leaks in 1 process", self.output_of("plain.suppressed", "run"))

    def test_the_exit_status_and_the_kinds_can_be_chosen(self):
        self.output_of("plain.exitcode", "notrun")
        self.assertRegex(self.output_of("plain.reachable", "fail"), r"plain_test\.cpp:\d+ +still reachable +1 ")

    def test_a_program_of_somebody_else_can_be_tested(self):
        self.output_of("plain.other", "run")

    def test_googletest_prints_the_table_and_the_chain_and_draws_it(self):
        said = self.output_of("gtest.leaky", "fail")
        self.assertIn("1 → 6 → 11, at every step (2 of 2)", said)
        self.assertRegex(said, r"service::Session +11 +\+10 ")
        self.assertIn("sessions_ → vector<unique_ptr<Session>>", said)
        picture, = self.built.glob("by_gtest.Leaky.Sessions.*.png")
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
        self.output_of("gtest.fixed", "run")

    def test_it_is_skipped_where_nobody_records_it(self):
        self.assertIn("[  SKIPPED ] Leaky.Sessions", self.output_of("gtest.unrecorded", "run"))

    def test_catch2_does_too(self):
        said = self.output_of("catch2.leaky", "fail")
        self.assertIn("1 → 6 → 11, at every step (2 of 2)", said)
        self.assertRegex(said, r"service::Session +11 +\+10 ")
        picture, = self.built.glob("by_catch2.leaky_sessions.*.png")
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
        self.output_of("catch2.fixed", "run")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
