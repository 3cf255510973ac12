# SPDX-License-Identifier: MIT
"""heapkit bundle: bundle.py BIN_FOLDER LIBPROF COMPILER. A program is recorded, bundled and taken away; what reads the
bundle then must say what the snapshot said while all was there."""
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

HEAPKIT, LIBPROF, COMPILER = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]

SOURCE = """
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>
struct Animal { virtual ~Animal() = default; std::string name = std::string(40, 'a'); };
struct Bird : Animal { std::vector<int> eggs = std::vector<int>(20); };
struct Nest { std::shared_ptr<Bird> bird = std::make_shared<Bird>(); };
auto& zoo = *new std::map<int, std::unique_ptr<Animal>>;
thread_local std::vector<Nest>* nests = new std::vector<Nest>(10);
void lose() { new Bird; }
int main() {
    for (int i = 0; i < 50; ++i) zoo[i] = std::make_unique<Bird>();
    for (int i = 0; i < 5; ++i) lose();
    auto local = std::make_unique<std::vector<Nest>>(3);
    std::exit(nests->size() + local->size() == 13 ? 0 : 1);
}
"""
QUESTIONS = (("types",), ("types", "--by", "evidence"), ("stats", "--by", "traceback"), ("leaks", "--holders"),
             ("backrefs", "--type", "Bird"))


def compressed(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout


def unpacked(bundle):
    return subprocess.run(["zstd", "-q", "-d", "-c", bundle], stdout=subprocess.PIPE, check=True).stdout


def archive(*members):
    """A compressed tar archive of (name, content); the content may be a TarInfo's type."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes) and content in (tarfile.SYMTYPE, tarfile.DIRTYPE):
                info.type, info.linkname = content, "/etc/passwd"
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return compressed(out.getvalue())


class Bundles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-bundle-")
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        (cls.folder / "zoo.cpp").write_text(SOURCE, encoding="utf-8")
        subprocess.run([COMPILER, "-std=c++17", "-g", "-O1", "-o", "zoo", "zoo.cpp"], cwd=cls.folder, check=True)
        cls.ask("run", "-o", "heaps", "--", "./zoo")
        (cls.snapshot,) = (cls.folder / "heaps").iterdir()
        shutil.copy(cls.snapshot, cls.folder / "1.heap")

    @classmethod
    def ask(cls, *words, cache="cache"):
        return subprocess.run([HEAPKIT, *words], cwd=cls.folder, capture_output=True, encoding="utf-8", check=False,
                              env={"PATH": os.environ["PATH"], "HEAPKIT_AGENT": LIBPROF, "LC_ALL": "C.UTF-8",
                                   "TZ": "UTC", "XDG_CACHE_HOME": str(cls.folder / cache)}, timeout=100)

    def answers(self, file, cache):
        """To all questions; lines break where they break for a name of six letters."""
        texts = {}
        for question in QUESTIONS:
            answer = self.ask(question[0], file, *question[1:], cache=cache)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            texts[question] = answer.stdout.replace(file, "FILE")
        return texts

    def test_answers_are_the_same_without_any_of_the_files_and_caches(self):
        before = self.answers("1.heap", "cache")
        self.assertRegex(before["types",], r"Bird +68 .*vtable")
        answer = self.ask("bundle", "1.heap")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertRegex(answer.stdout, r"1\.bundle ")
        (self.folder / "1.bundle").rename(self.folder / "b.heap")  # it is known by what it is
        (self.folder / "zoo").rename(self.folder / "away")
        try:
            for _ in range(2):  # unpacked, and from where it was unpacked
                self.assertEqual(self.answers("b.heap", "another"), before)
            missing = self.ask("types", "1.heap", cache="third").stdout
            self.assertNotRegex(missing, r"Bird +68 .*vtable")  # so it did come from the bundle
        finally:
            (self.folder / "away").rename(self.folder / "zoo")

    def build_apart(self, name, *flags):
        """The zoo in a folder of its own, which will go; its snapshot."""
        folder = self.folder / name
        (folder / "objects").mkdir(parents=True)
        for number, what in enumerate((SOURCE, SOURCE.replace("Bird", "Crow"))):
            (folder / f"{number}.cpp").write_text(what, encoding="utf-8")
            subprocess.run([COMPILER, "-std=c++17", "-g", "-O1", *flags, "-c", "-o", f"objects/{number}.o",
                            f"{number}.cpp"], cwd=folder, check=True)
            subprocess.run([COMPILER, "-o", f"zoo{number}", f"objects/{number}.o"], cwd=folder, check=True)
        return folder

    def typed_after(self, folder, name):
        """Types of a bundle of zoo0 as they are with all of `folder`, and with none of it."""
        self.assertEqual(self.ask("run", "-o", f"{name}-heaps", "--", str(folder / "zoo0")).returncode, 0)
        (snapshot,) = (self.folder / f"{name}-heaps").iterdir()
        before = json.loads(self.ask("types", str(snapshot), "--json", cache=f"{name}-1").stdout)["answers"]
        packed = self.ask("bundle", str(snapshot), "-o", f"{name}.bundle")
        self.assertEqual(packed.returncode, 0, packed.stderr)
        shutil.rmtree(folder)
        after = json.loads(self.ask("types", f"{name}.bundle", "--json", cache=f"{name}-2").stdout)["answers"]
        return before, after, packed.stdout

    def test_halves_of_split_dwarf_are_packed(self):
        before, after, said = self.typed_after(self.build_apart("split", "-gsplit-dwarf"), "split")
        self.assertIn("'evidence': 'field'", str(before))  # which takes its members
        self.assertEqual(after, before)
        self.assertNotIn("leans on", said)
        folder = self.build_apart("halved", "-gsplit-dwarf")
        for half in folder.rglob("0.dwo"):
            half.unlink()
        said = " ".join(self.typed_after(folder, "halved")[2].split())
        self.assertRegex(said, r"leans on a file that is not here, such as \S*0\.dwo")

    @unittest.skipUnless(shutil.which("dwz"), "dwz is not installed")
    def test_what_dwz_moved_to_a_shared_file_is_packed(self):
        folder = self.build_apart("dwz")
        subprocess.run(["dwz", "-m", "shared.debug", "-r", "zoo0", "zoo1"], cwd=folder, check=True)
        before, after, said = self.typed_after(folder, "dwz")
        self.assertIn("'evidence': 'field'", str(before))  # which takes its members
        self.assertEqual(after, before)
        self.assertNotIn("leans on", said)

    def test_what_a_module_lost_is_said(self):
        (self.folder / "zoo").rename(self.folder / "away")
        try:
            answer = self.ask("bundle", "1.heap", "-o", "partial.bundle")
        finally:
            (self.folder / "away").rename(self.folder / "zoo")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertRegex(answer.stdout, r"zoo is not in it: no such file\.")

    def test_tar_unpacks_it_and_the_snapshot_finds_its_modules_beside_it(self):
        self.assertEqual(self.ask("bundle", "1.heap", "-o", "tar.bundle").returncode, 0)
        folder = self.folder / "by-tar"
        with tarfile.open(fileobj=io.BytesIO(unpacked(self.folder / "tar.bundle"))) as tar:
            tar.extractall(folder)
        self.assertEqual((folder / "snapshot.heap").read_bytes(), self.snapshot.read_bytes())
        (self.folder / "zoo").rename(self.folder / "away")
        try:
            self.assertRegex(self.ask("types", "by-tar/snapshot.heap", cache="tar").stdout, r"Bird +68 .*vtable")
        finally:
            (self.folder / "away").rename(self.folder / "zoo")

    def refused(self, content):
        """What is said of a hostile or damaged bundle; nothing may be left of it."""
        (self.folder / "bad.bundle").write_bytes(content)
        answer = self.ask("types", "bad.bundle", cache="hostile")
        self.assertEqual((answer.returncode, answer.stdout), (2, ""), answer.stderr)
        self.assertEqual(list((self.folder / "hostile/heapkit/bundles").iterdir()), [])
        return answer.stderr

    def test_names_that_lead_elsewhere_are_refused(self):
        version = ("heapkit-bundle", b"1\n")
        for name in ("../evil", "/tmp/evil", "snapshot.heap.modules/../../evil", "snapshot.heap.modules/evil",
                     "snapshot.heap.modules/", "other", "snapshot.heap.modules/../../evil.dwo",
                     "snapshot.heap.modules//evil.dwo", "snapshot.heap.modules/a/./evil.dwo", "evil.dwo",
                     "snapshot.heap.modules/.dwo", "snapshot.heap.modules/a\nb.dwo"):
            self.assertIn("it holds a file called", self.refused(archive(version, (name, b"x"))), name)
        self.assertIn("never packs", self.refused(archive(version, ("snapshot.heap", tarfile.SYMTYPE))))
        self.assertIn("never packs", self.refused(archive(version, ("snapshot.heap.modules", tarfile.DIRTYPE))))
        self.assertIn("twice", self.refused(archive(version, ("snapshot.heap", b"x"), ("snapshot.heap", b"y"))))

    def test_what_is_no_bundle_is_said(self):
        self.assertIn("it is another archive", self.refused(archive(("README", b"text"))))
        self.assertIn("no snapshot in it", self.refused(archive(("heapkit-bundle", b"1\n"))))
        self.assertIn("newer heapkit", self.refused(archive(("heapkit-bundle", b"2\n"))))
        self.assertIn("a header in it is damaged", self.refused(compressed(b"no archive" * 100)))

    def test_bombs_are_refused_before_they_fill_the_disk(self):
        bomb = archive(("heapkit-bundle", b"1\n"), ("snapshot.heap", bytes(300 << 20)))
        self.assertIn("more than a thousand times its size", self.refused(bomb))

    def test_a_truncated_or_damaged_one_is_said(self):
        self.assertEqual(self.ask("bundle", "1.heap", "-o", "whole.bundle").returncode, 0)
        whole = (self.folder / "whole.bundle").read_bytes()
        for kept in (5, 100, len(whole) // 2, len(whole) - 1):
            self.assertIn("truncated", self.refused(whole[:kept]))
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 0x55
        self.refused(bytes(damaged))
        self.assertIn("behind its end", self.refused(whole + b"more"))

    def test_one_that_cannot_be_written_leaves_nothing(self):
        answer = self.ask("bundle", "1.heap", "-o", "nowhere/1.bundle")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("cannot be written", answer.stderr)
        self.assertEqual(self.ask("bundle", "zoo.cpp").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
