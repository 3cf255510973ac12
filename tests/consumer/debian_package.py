# SPDX-License-Identifier: MIT
"""The package that CPack makes for Debian holds what is installed, and names what it needs:
debian_package.py BUILD_FOLDER CMAKE

Side: tests."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, CPACK = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).with_name("cpack")


class DebianPackage(unittest.TestCase):
    def run_in(self, folder, *words):
        done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, encoding="utf-8",
                              check=False, timeout=240)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    @unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "there is no dpkg-dev")
    def test_it_unpacks_to_a_heapkit_that_runs_and_depends_on_what_it_links(self):
        with tempfile.TemporaryDirectory(prefix="heapkit-deb-") as name:
            folder = pathlib.Path(name)
            self.run_in(folder, CPACK, "--config", BUILD / "CPackConfig.cmake", "-B", folder)
            package = next(folder.glob("heapkit_*_amd64.deb"))
            depends = self.run_in(folder, "dpkg-deb", "--field", package, "Depends")
            for library in ("libc6", "libstdc++6", "libdw1", "libelf1", "libgvc6"):
                self.assertIn(library, depends)
            self.run_in(folder, "dpkg-deb", "--extract", package, folder / "root")
            usr = folder / "root/usr"
            answer = self.run_in(folder, usr / "bin/heapkit", "run", "-o", folder, "--", "/bin/true")
            self.assertEqual(answer, "")
            self.assertEqual(1, len(list(folder.glob("true.*.heap"))))
            for path in ("include/prof/prof.h", "share/man/man1/heapkit.1", "share/bash-completion/completions/heapkit"):
                self.assertTrue((usr / path).is_file(), path)
            self.assertTrue(list(usr.glob("lib/**/cmake/heapkit/heapkit-config.cmake")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
