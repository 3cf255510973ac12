# SPDX-License-Identifier: MIT
"""What cannot be recorded or asked is refused, with what, where, and what to do: refusals.py BIN_FOLDER LIBPROF CC

Programs are built here, by the compilers that are there; a test whose compiler or right is missing says so and is
skipped."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, LIBPROF, CC = pathlib.Path(sys.argv[1], "heapkit").resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
SOURCE = "#include <stdio.h>\nint main(void) { puts(\"ran\"); return 0; }\n"
NOBODY = 65534
NOT_THERE, NOT_RUNNABLE = 127, 126


class Refusals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heapkit-refusals-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ask(self, *words, **more):
        environment = {"PATH": os.environ["PATH"], "HEAPKIT_AGENT": str(more.pop("agent", LIBPROF)), "LC_ALL": "C.UTF-8"}
        return subprocess.run([more.pop("heapkit", HEAPKIT), *words], cwd=self.folder, env=environment,
                              capture_output=True, encoding="utf-8", check=False, timeout=60, **more)

    def build(self, compiler, *flags):
        (self.folder / "program.c").write_text(SOURCE, encoding="utf-8")
        built = subprocess.run([compiler, *flags, "-o", "program", "program.c"], cwd=self.folder, capture_output=True,
                               encoding="utf-8", check=False)
        if built.returncode != 0:
            self.skipTest(f"{compiler} {' '.join(flags)} cannot link here: {built.stderr.splitlines()[-1]}")

    def write_program(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def assert_refused(self, program, code, *parts, **more):
        answer = self.ask("run", "-o", "heaps", "--", program, **more)
        self.assertEqual((answer.returncode, answer.stdout), (code, ""), answer.stderr)
        for part in parts:
            self.assertIn(part, answer.stderr)
        self.assertFalse((self.folder / "heaps").exists(), "nothing was begun")

    def assert_refused_also_as_interpreter(self, *parts):
        self.assert_refused("./program", NOT_RUNNABLE, "./program ", *parts)
        self.write_program("script", f"#!{self.folder}/program\n")
        self.assert_refused("./script", NOT_RUNNABLE, "./script is a script", f"{self.folder}/program ", *parts)

    def test_a_program_over_musl(self):
        if shutil.which("musl-gcc") is None:
            self.skipTest("there is no musl-gcc (Debian: musl-tools)")
        self.build("musl-gcc")
        self.assert_refused_also_as_interpreter("is built for musl", "Build it for glibc")

    def test_a_static_program(self):
        self.build(CC, "-static")
        self.assert_refused_also_as_interpreter("is statically linked", "Link it dynamically")

    def test_a_static_program_that_is_loaded_anywhere(self):
        self.build(CC, "-static-pie")
        self.assert_refused_also_as_interpreter("is statically linked", "Link it dynamically")

    def test_a_32_bit_program(self):
        self.build(CC, "-m32")
        self.assert_refused_also_as_interpreter("is a 32-bit program", "Build it for 64 bits")

    def test_a_setuid_program(self):
        if os.getuid() == 0:
            self.build(CC)
            (self.folder / "program").chmod(0o4755)
            self.assert_refused("./program", NOT_RUNNABLE, "./program is setuid", "Run it as its owner", **self.as_nobody())
            # Its owner gains nothing, so there it is recorded.
            self.assertEqual(self.ask("run", "-o", "heaps", "--", "./program").stdout, "ran\n")
        elif shutil.which("su"):
            self.assert_refused("su", NOT_RUNNABLE, "su is setuid", "Run it as its owner")
        else:
            self.skipTest("this user can make no program setuid for another, and there is none")

    def test_a_setuid_script_gains_nothing_and_runs(self):
        self.write_program("script", "#!/bin/sh\necho ran\n")
        (self.folder / "script").chmod(0o4755)
        self.assertEqual(self.ask("run", "-o", "heaps", "--", "./script").stdout, "ran\n")

    def as_nobody(self):
        """Options of ask() that run a copy of ours as another user."""
        self.folder.chmod(0o755)
        for file in (HEAPKIT, LIBPROF):
            shutil.copy(file, self.folder)
        return {"heapkit": self.folder / "heapkit", "agent": self.folder / "libprof.so", "user": NOBODY,
                "group": NOBODY, "extra_groups": []}

    def test_a_script_without_its_interpreter(self):
        self.write_program("script", "#!/no/such/interpreter -x\n")
        self.assert_refused("./script", NOT_RUNNABLE, "./script needs /no/such/interpreter", "Install it")

    def test_a_text_without_a_first_line(self):
        self.write_program("text", "echo ran\n")
        answer = self.ask("run", "-o", "heaps", "--", "./text")
        self.assertEqual(answer.returncode, NOT_RUNNABLE)
        self.assertIn("cannot run ./text: Exec format error", answer.stderr)
        self.assertIn("#!", answer.stderr)

    def test_a_program_that_is_not_there_or_is_none(self):
        (self.folder / "text").write_text("no program\n", encoding="utf-8")
        self.assert_refused("./gone", NOT_THERE, "./gone is not there", "Check the path")
        self.assert_refused("no-such-program", NOT_THERE, "no-such-program is not there", "no such program in PATH")
        self.assert_refused("./text", NOT_RUNNABLE, "./text is not executable", "chmod +x ./text")
        self.assert_refused("/tmp", NOT_RUNNABLE, "/tmp is a folder", "Name a program in it")

    def assert_not_asked(self, pid, *parts, **more):
        answer = self.ask("snapshot", str(pid), **more)
        self.assertEqual((answer.returncode, answer.stdout), (2, ""))
        for part in parts:
            self.assertIn(part, answer.stderr)
        self.assertEqual(len(answer.stderr.splitlines()), 2, answer.stderr)

    def test_a_process_that_is_gone(self):
        with subprocess.Popen(["true"]) as process:
            pass
        self.assert_not_asked(process.pid, f"there is no process {process.pid}", "pgrep")
        self.assert_not_asked("soon", "'soon' is not the number of a process", "pgrep")

    def test_a_process_that_has_ended_and_is_not_yet_waited_for(self):
        with subprocess.Popen(["true"]) as process:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            self.assert_not_asked(process.pid, f"process {process.pid} (true) has ended", ".heap")

    def test_a_process_that_is_not_recorded(self):
        self.assert_not_asked(os.getpid(), f"process {os.getpid()} (", "is not recorded", "heapkit run --")

    def test_a_process_of_another_user(self):
        if os.getuid() == 0:
            self.assert_not_asked(os.getpid(), f"process {os.getpid()} (", "belongs to another user",
                                  "as that user, or as root", **self.as_nobody())
        elif os.stat("/proc/1").st_uid != os.getuid():
            self.assert_not_asked(1, "process 1 (", "belongs to another user", "as that user, or as root")
        else:
            self.skipTest("all processes here belong to this user")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
