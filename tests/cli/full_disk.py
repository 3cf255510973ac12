# SPDX-License-Identifier: MIT
"""A disk without room: the old file stays whole, the program runs on, and the loss is said.

full_disk.py BIN_FOLDER LIBPROF PROGRAM. Runs itself once more in namespaces of its own, where it may mount a disk of
128 KiB, as "full_disk.py … --inside FOLDER".
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, LIBPROF, PROGRAM = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]
INSIDE = pathlib.Path(sys.argv[5]) if len(sys.argv) == 6 else None
DISK_BYTES = 128 << 10


def ask(*words, **more):
    environment = {"PATH": os.environ["PATH"], "HEAPKIT_AGENT": LIBPROF, "LC_ALL": "C.UTF-8",
                   "XDG_RUNTIME_DIR": more.pop("runtime", "/tmp")}
    return subprocess.run([HEAPKIT, *words], env=environment, capture_output=True, encoding="utf-8", check=False,
                          timeout=60, **more)


def ready(process):
    assert process.stdout.readline() == "ready\n"


class Mounted(unittest.TestCase):
    """In the namespaces, on the small disk."""

    def setUp(self):
        disk = INSIDE / "disk"
        disk.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.disk = disk

    def files(self):
        return sorted(path.name for path in self.disk.iterdir())

    def grows(self, *more, **options):
        """The program, recorded; it says ready, grows when it gets a line, says so, and again to its end."""
        environment = {**os.environ, "HEAPKIT_AGENT": LIBPROF, "XDG_RUNTIME_DIR": str(INSIDE)}
        return subprocess.Popen([HEAPKIT, "run", "-o", self.disk, *more, "--", PROGRAM, "grow"], env=environment,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def test_a_snapshot_that_does_not_fit_leaves_the_old_one_whole(self):
        with self.grows("--no-exit-snapshot") as run:
            ready(run)
            pid = int(run.stdout.readline())
            path = self.disk / "same.heap"
            first = ask("snapshot", str(pid), "-o", str(path), runtime=str(INSIDE))
            self.assertEqual(first.returncode, 0, first.stderr)
            whole = path.read_bytes()
            run.stdin.write("grow\n")
            run.stdin.flush()
            self.assertEqual(run.stdout.readline(), "grown\n")
            second = ask("snapshot", str(pid), "-o", str(path), runtime=str(INSIDE))
            self.assertEqual((second.returncode, second.stdout), (2, ""))
            self.assertIn("no space left on the device", second.stderr)
            self.assertIn("-o FILE", second.stderr)
            self.assertEqual(path.read_bytes(), whole)
            self.assertEqual(self.files(), ["same.heap"])
            output, errors = run.communicate("end\n", timeout=60)
            self.assertEqual((run.returncode, output), (0, "ended\n"), errors)
        self.assertEqual(ask("stats", str(path)).returncode, 0)

    def test_at_the_end_of_a_program_it_is_said_and_the_program_has_its_output_and_code(self):
        with self.grows() as run:
            ready(run)
            run.stdout.readline()
            output, errors = run.communicate("grow\nend\n", timeout=60)
        self.assertEqual((run.returncode, output), (0, "grown\nended\n"), errors)
        self.assertIn("no space left on the device", errors)
        self.assertIn("heapkit: no snapshot was written", errors)
        self.assertEqual(self.files(), [])

    def test_a_disk_that_is_full_from_the_start_is_no_harm(self):
        (self.disk / "filler").write_bytes(bytes(DISK_BYTES))
        with self.grows() as run:
            ready(run)
            run.stdout.readline()
            output, errors = run.communicate("end\n", timeout=60)
        self.assertEqual((run.returncode, output), (0, "ended\n"), errors)
        self.assertIn("no space left on the device", errors)
        self.assertEqual(self.files(), ["filler"])


class Unmounted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-full-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_on_a_small_disk(self):
        inside = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount"]
        mounts = subprocess.run([*inside, "mount", "-t", "tmpfs", "none", self.folder], capture_output=True,
                                check=False) if shutil.which("unshare") else None
        if mounts is None or mounts.returncode != 0:
            self.skipTest("no disk can be mounted here: " + (mounts.stderr.decode() if mounts else "no unshare"))
        answer = subprocess.run([*inside, sys.executable, *sys.argv[:4], "--inside", self.folder], capture_output=True,
                                encoding="utf-8", check=False)
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)

    def test_a_picture_for_a_full_device_is_an_error_and_the_device_stays(self):
        answer = ask("run", "-o", self.folder, "--", PROGRAM, "clean")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        heap = next(self.folder.glob("*.heap"))
        (self.folder / "full").symlink_to("/dev/full")
        answer = ask("flamegraph", heap, "-o", self.folder / "full")
        self.assertEqual((answer.returncode, answer.stdout), (2, ""))
        self.assertIn("No space left on device", answer.stderr)
        self.assertIn("-o FILE", answer.stderr)
        self.assertTrue((self.folder / "full").is_symlink() and pathlib.Path("/dev/full").is_char_device())
        (self.folder / "null").symlink_to("/dev/null")
        self.assertEqual(ask("flamegraph", heap, "-o", self.folder / "null").returncode, 0)
        self.assertTrue((self.folder / "null").is_symlink() and pathlib.Path("/dev/null").is_char_device())

    def test_a_snapshot_does_not_go_over_a_device_a_pipe_a_folder_or_a_link(self):
        os.mkfifo(self.folder / "pipe")
        (self.folder / "link").symlink_to("/dev/full")
        for path, what in (("/dev/full", "is no regular file"), (self.folder / "pipe", "is no regular file"),
                           (self.folder, "is no regular file"), (self.folder / "link", "is a symbolic link")):
            answer = ask("snapshot", str(os.getpid()), "-o", path)
            self.assertEqual((answer.returncode, answer.stderr.splitlines()[0]), (2, f"heapkit: {path} {what}"))
        self.assertTrue((self.folder / "pipe").is_fifo() and pathlib.Path("/dev/full").is_char_device())

    def test_a_picture_goes_where_a_link_leads(self):
        ask("run", "-o", self.folder, "--", PROGRAM, "clean")
        heap = next(self.folder.glob("*.heap"))
        (self.folder / "real.svg").write_text("old", encoding="utf-8")
        (self.folder / "link.svg").symlink_to("real.svg")
        self.assertEqual(ask("flamegraph", heap, "-o", self.folder / "link.svg").returncode, 0)
        self.assertTrue((self.folder / "link.svg").is_symlink())
        self.assertIn("<svg", (self.folder / "real.svg").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], defaultTest="Mounted" if INSIDE else "Unmounted")
