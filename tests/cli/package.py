# SPDX-License-Identifier: MIT
"""What scripts/package makes runs from wherever it is unpacked, with nothing of the machine: package.py BUILD SOURCES
COMPILER"""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

BUILD, SOURCES, COMPILER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

HERE = "/lib/x86_64-linux-gnu/"
# What the scripts in bin/ call.
PROGRAMS = ("sh", "readlink", "dirname")

SOURCE = """
#include <cstdio>
struct Session { virtual ~Session() = default; long number = 1; };
Session* current = new Session;
int main() { std::puts("ran"); }
"""


def libraries_of(program):
    lines = subprocess.run(["ldd", program], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.split()
    return [word for word in lines if word.startswith("/")]


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not pathlib.Path(HERE, "graphviz/config6a").exists():
            raise unittest.SkipTest("it is made on Debian, where Graphviz's plugins are in " + HERE)
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-package-")
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        made = subprocess.run([SOURCES / "scripts/package", "--build", BUILD, "--output", cls.folder],
                              capture_output=True, encoding="utf-8", check=False)
        assert made.returncode == 0, made.stderr
        archive, = cls.folder.glob("heapkit-*-linux-x86_64.tar.gz")
        cls.root = cls.folder / "root"
        with tarfile.open(archive) as tar:
            tar.extractall(cls.root / "opt")
        cls.tree, = (cls.root / "opt").iterdir()

    def test_it_has_all_that_is_promised(self):
        for name in ("bin/heapkit", "bin/heapdiff", "lib/heapkit/libprof.so", "include/prof/prof.h", "README.md",
                     "LICENSE", "share/man/man1/heapkit.1", "share/bash-completion/completions/heapkit"):
            self.assertTrue((self.tree / name).is_file(), name)
        licences = {path.name for path in (self.tree / "share/doc/heapkit/licences").iterdir()}
        self.assertLessEqual({"libc6", "libfmt9", "libgvc6", "libdw1", "libzstd1", "fonts-dejavu-core"}, licences)

    def test_no_library_comes_from_the_machine(self):
        host, loader = self.tree / "lib/heapkit/host", self.tree / "libexec/ld-linux-x86-64.so.2"
        for file in (self.tree / "libexec/heapkit", *(host / "graphviz").glob("*.so.*")):
            listed = subprocess.run([loader, "--inhibit-cache", "--library-path", host, "--list", file],
                                    stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
            self.assertNotIn("not found", listed)
            paths = [line.split("=>")[-1].split()[0] for line in listed.splitlines() if "linux-vdso" not in line]
            self.assertEqual([path for path in paths if not path.startswith(str(self.tree))], [])

    def test_it_works_where_there_is_a_shell_and_nothing_else(self):
        inside = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child")
        allowed = shutil.which("unshare") and subprocess.run([*inside, "true"], capture_output=True, check=False)
        if not allowed or allowed.returncode != 0:
            self.skipTest("no namespaces can be made here")
        for folder in ("proc", "bin", "tmp"):
            (self.root / folder).mkdir()
        (self.folder / "program.cpp").write_text(SOURCE, encoding="ascii")
        subprocess.run([COMPILER, "-g", "-o", "program", "program.cpp"], cwd=self.folder, check=True)
        for program in (self.folder / "program", *map(shutil.which, PROGRAMS)):
            shutil.copy(program, self.root / "bin")
            for library in libraries_of(program):
                place = self.root / library[1:]
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, place)
        script = f"""
            set -e
            export PATH=/opt/{self.tree.name}/bin:/bin XDG_CACHE_HOME=/tmp/cache
            cd /tmp
            heapkit run -o heaps -- program
            heapkit bundle heaps/*.heap -o 1.bundle
            heapkit stats 1.bundle
            heapdiff heaps/*.heap 1.bundle --force
            heapkit flamegraph 1.bundle -o 1.svg
            heapkit backrefs 1.bundle --type Session -o 1.png
        """
        outer = 'mount -t proc none "$0/proc" && exec chroot "$0" /bin/sh -c "$1"'
        answer = subprocess.run([*inside, "sh", "-c", outer, self.root, script], capture_output=True, encoding="utf-8",
                                check=False, env={"PATH": os.environ["PATH"]}, timeout=100)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(answer.stdout.splitlines()[0], "ran")
        self.assertRegex(answer.stdout, r"program \(pid \d+\)")
        self.assertEqual((self.root / "tmp/1.png").read_bytes()[:4], b"\x89PNG")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
