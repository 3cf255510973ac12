# SPDX-License-Identifier: MIT
"""A project of somebody else's builds against the installed tree: installed.py BUILD_FOLDER CMAKE LIBDIR

Side: tests. It is built by g++ and by clang (left out where there is none), by CMake and by pkg-config."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, CMAKE, LIBDIR = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
APP = pathlib.Path(__file__).parent / "app"
RECORDED, ALONE = "recording 1, known 0, blocks many\n", "recording 0, known -1, blocks few\n"


def run(*words, folder=None, **environment):
    kept = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "PROF")}
    return subprocess.run([str(word) for word in words], env=kept | {"PROF": "exit=off"} | environment, check=False,
                          capture_output=True, encoding="utf-8", timeout=120, cwd=folder)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-consumer-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.tree = cls.folder / "moved"
        installed = run(CMAKE, "--install", BUILD, "--prefix", cls.folder / "first")
        assert installed.returncode == 0, installed.stderr
        (cls.folder / "first").rename(cls.tree)

    def succeed(self, *words, **options):
        done = run(*words, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def build(self, cc, cxx):
        for compiler in (cc, cxx):
            if shutil.which(compiler) is None:
                self.skipTest(f"there is no {compiler}")
        built = self.folder / cxx
        self.succeed(CMAKE, "-S", APP, "-B", built, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.tree}",
                     f"-DCMAKE_C_COMPILER={cc}", f"-DCMAKE_CXX_COMPILER={cxx}")
        self.succeed(CMAKE, "--build", built)
        return built

    def check_programs(self, built):
        self.assertEqual(self.succeed(built / "linked"), RECORDED)
        self.assertEqual(self.succeed(built / "linked_c"), RECORDED)
        self.assertEqual(self.succeed(built / "alone"), ALONE)
        agent = self.tree / LIBDIR / "heapkit/libprof.so"
        self.assertEqual(self.succeed(built / "alone", LD_PRELOAD=str(agent)), RECORDED)

    def test_a_program_built_by_gcc_is_recorded_when_it_links_the_agent_and_not_when_it_has_the_header_alone(self):
        self.check_programs(self.build("gcc", "g++"))

    def test_a_program_built_by_clang_is_too(self):
        self.check_programs(self.build("clang", "clang++"))

    def test_a_snapshot_that_a_linked_program_takes_of_itself_has_its_types(self):
        snapshot = self.folder / "own.heap"
        self.succeed(self.build("gcc", "g++") / "linked", snapshot)
        types = self.succeed(self.tree / "bin/heapkit", "types", snapshot, XDG_CACHE_HOME=str(self.folder))
        self.assertIn("(anonymous namespace)::Session ", types)
        evidence = self.succeed(self.tree / "bin/heapkit", "types", snapshot, "--by", "evidence",
                                XDG_CACHE_HOME=str(self.folder))
        self.assertRegex(evidence, r"declared +certain +1,000 ")

    def test_pkg_config_says_how_to_link_it(self):
        found = {"PKG_CONFIG_PATH": str(self.tree / LIBDIR / "pkgconfig")}
        flags = self.succeed("pkg-config", "--cflags", "--libs", "heapkit-prof", **found).split()
        self.succeed("g++", "-std=c++17", APP / "service.cpp", "-o", self.folder / "by_pkg_config", *flags)
        self.assertEqual(self.succeed(self.folder / "by_pkg_config"), RECORDED)

    def test_a_program_that_links_one_agent_and_has_another_preloaded_is_recorded_once(self):
        other = self.folder / "libother.so"
        shutil.copy(self.tree / LIBDIR / "heapkit/libprof.so", other)
        linked = self.build("gcc", "g++") / "linked"
        for preloaded in (str(other), f"{self.tree / LIBDIR / 'heapkit/libprof.so'}:{other}"):
            self.assertEqual(self.succeed(linked, LD_PRELOAD=preloaded), RECORDED)
        done = run(linked, LD_PRELOAD=f"{self.tree / LIBDIR / 'heapkit/libprof.so'}:{other}")
        self.assertIn("nothing is recorded: another libprof.so is loaded ahead of this one", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
