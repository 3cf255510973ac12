# SPDX-License-Identifier: MIT
"""heapkit run --leaks on a small program: leak_gate.py BIN_FOLDER LIBPROF PROGRAM"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

HEAPKIT, LIBPROF, PROGRAM = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]


def full_pipe():
    """Both ends of a pipe into which nobody can write."""
    ends = os.pipe()
    os.set_blocking(ends[1], False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(ends[1], bytes(4096))
    os.set_blocking(ends[1], True)
    return ends


def wait_for(condition):
    """Until it holds."""
    for _ in range(6000):
        if condition():
            return
        signal.sigtimedwait([], 0.01)
    raise AssertionError("it never held")


class Gate(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="heapkit-gate-")
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        (self.folder / "tmp").mkdir()

    def surroundings(self):
        return {"PATH": os.environ["PATH"], "HEAPKIT_AGENT": LIBPROF, "TMPDIR": str(self.folder / "tmp"),
                "XDG_CACHE_HOME": str(self.folder / "cache"), "LC_ALL": "C.UTF-8"}

    def run_gate(self, *words, before=("--leaks",), program=PROGRAM):
        answer = subprocess.run([HEAPKIT, "run", *before, "--", program, *words], cwd=self.folder,
                                env=self.surroundings(), capture_output=True, encoding="utf-8", check=False,
                                timeout=100)
        self.assertEqual(list((self.folder / "tmp").iterdir()), [], "nothing stays in the temporary folder")
        return answer

    def test_a_program_that_leaks_fails_and_the_report_is_on_standard_error(self):
        answer = self.run_gate("leak")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertEqual(answer.stdout, "ran\n")
        self.assertRegex(answer.stderr, r"definitely lost +20 ")
        self.assertRegex(answer.stderr, r"leaky\.c:\d+ +definitely lost +20 ")
        self.assertIn("heapkit: leaks in 1 of 1 process\n", answer.stderr)

    def cases(self, *words, before=(), program=PROGRAM):
        """Exit status, and [name, verdict, message] of each test of the JUnit file."""
        answer = self.run_gate(*words, before=("--leaks", "--junit", "leaks.xml", *before), program=program)
        suite, = xml.etree.ElementTree.parse(self.folder / "leaks.xml").getroot()
        self.assertEqual(suite.get("name"), "heapkit.leaks")
        found = [[case.get("name"), *[(kind.tag, kind.get("message")) for kind in case]] for case in suite]
        self.assertEqual(int(suite.get("tests")), len(found))
        return answer.returncode, found

    def test_junit_has_a_test_for_each_process(self):
        self.assertEqual(self.cases("clean"), (0, [["cli_leaky"]]))
        self.assertEqual(self.cases("leak"), (1, [["cli_leaky", ("failure", "20 blocks are lost")]]))
        details = xml.etree.ElementTree.parse(self.folder / "leaks.xml").find(".//failure").text
        self.assertRegex(details, r"leaky\.c:\d+ +definitely lost +20 ")
        code, cases = self.cases("exec", before=("--follow-exec",))
        self.assertEqual((code, [case[0] for case in cases]), (1, ["cli_leaky", "cli_leaky #2"]))

    def test_junit_takes_no_program_that_was_not_checked_for_a_clean_one(self):
        self.assertEqual(self.cases("crash"), (139, [["cli_leaky", ("error", "it left no snapshot at its end")]]))
        self.assertEqual(self.cases(program="./not-there"), (127, [["not-there", ("error", "it was not started")]]))
        answer = self.run_gate("clean", before=("--leaks", "--junit", "/proc/nowhere/leaks.xml"))
        self.assertEqual(answer.returncode, 2)
        self.assertIn("--junit FILE", answer.stderr)
        self.assertEqual(self.run_gate("clean", before=("--junit", "leaks.xml")).returncode, 2)

    def test_a_clean_program_succeeds_in_one_line(self):
        answer = self.run_gate("clean")
        self.assertEqual((answer.returncode, answer.stdout), (0, "ran\n"), answer.stderr)
        self.assertEqual(answer.stderr, "heapkit: no leaks in 1 process\n")

    def test_exitcode_is_what_a_leak_gives(self):
        self.assertEqual(self.run_gate("leak", before=("--leaks", "--exitcode", "99")).returncode, 99)
        self.assertEqual(self.run_gate("leak", before=("--leaks", "--exitcode", "0")).returncode, 0)
        self.assertEqual(self.run_gate("clean", before=("--leaks", "--exitcode", "99")).returncode, 0)

    def test_the_programs_own_failure_comes_first(self):
        answer = self.run_gate("fail", before=("--leaks", "--exitcode", "99"))
        self.assertEqual(answer.returncode, 7)
        self.assertIn("leaks in 1 of 1", answer.stderr)

    def test_what_is_suppressed_or_of_another_kind_does_not_fail(self):
        (self.folder / "known.supp").write_text("leak:lose_blocks\n", encoding="utf-8")
        answer = self.run_gate("leak", before=("--leaks", "--suppressions", "known.supp"))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("lose_blocks", answer.stderr)
        self.assertEqual(self.run_gate("leak", before=("--leaks", "--kinds", "indirect")).returncode, 0)

    def test_what_is_lost_but_for_a_doubt_is_told_though_its_kind_is_not_listed(self):
        answer = self.run_gate("asleep", before=("--leaks", "--kinds", "definite"))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("The registers of 4 threads are not known", answer.stderr)
        self.assertRegex(answer.stderr, r"possibly lost +20 ")
        self.assertEqual(self.run_gate("asleep").returncode, 1)

    def test_a_crash_keeps_its_code_and_says_that_nothing_was_checked(self):
        answer = self.run_gate("crash")
        self.assertEqual(answer.returncode, 128 + 11)
        self.assertIn("left no snapshot at its end", answer.stderr)

    def test_programs_started_with_exec_are_checked_too_and_forked_ones_when_asked(self):
        answer = self.run_gate("exec", before=("--leaks", "--follow-exec"))
        self.assertEqual(answer.returncode, 1, answer.stderr)
        self.assertIn("leaks in 1 of 2 processes", answer.stderr)
        self.assertEqual(self.run_gate("fork").returncode, 0)
        answer = self.run_gate("fork", before=("--leaks", "--set", "forks=on"))
        self.assertEqual(answer.returncode, 1, answer.stderr)

    def test_options_of_triggers_reach_the_recorder(self):
        answer = self.run_gate("clean", before=("--leaks", "--interval", "soon", "--growth", "x", "--peak", "x", "--keep",
                                                "0", "--disk-limit", "x"))
        for name in ("interval=soon", "growth=x", "peak=x", "keep=0", "disk=x"):
            self.assertIn(name, answer.stderr)

    def test_snapshots_are_kept_with_o_and_nothing_else(self):
        answer = self.run_gate("leak", before=("--leaks", "-o", "heaps"))
        self.assertEqual(answer.returncode, 1)
        kept = list((self.folder / "heaps").iterdir())
        self.assertEqual([path.suffix for path in kept], [".heap"], kept)
        self.assertIn(f"heapkit: wrote heaps/{kept[0].name}\n", answer.stderr)

    def test_a_folder_that_cannot_be_written_is_2_before_the_program_runs(self):
        answer = self.run_gate("clean", before=("--leaks", "-o", "/proc/nowhere"))
        self.assertEqual((answer.returncode, answer.stdout), (2, ""))
        self.assertIn("/proc/nowhere", answer.stderr)

    def test_nothing_is_left_behind_by_a_gate_that_is_killed_while_it_judges(self):
        for options, kept in (((), 0), (("-o", "heaps"), 1)):
            errors = full_pipe()  # it cannot say what it found, so it does not end
            with subprocess.Popen([HEAPKIT, "run", "--leaks", *options, "--", PROGRAM, "leak"], cwd=self.folder,
                                  env=self.surroundings(), stdout=subprocess.PIPE, stderr=errors[1]) as gate:
                try:
                    self.assertEqual(gate.stdout.readline(), b"ran\n")
                    wait_for(lambda: not list(self.folder.glob("*/heapkit-*")))
                finally:
                    gate.kill()
            self.assertEqual(gate.returncode, -signal.SIGKILL)
            self.assertEqual(len(list(self.folder.glob("heaps/*"))), kept)
            for end in errors:
                os.close(end)

    def start_gate(self, *words):
        """One whose program waits for the end of its input; it runs when this returns."""
        gate = subprocess.Popen([HEAPKIT, "run", "--leaks", "--", *words], cwd=self.folder, env=self.surroundings(),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        gate.stdin.write(b"runs\n")
        gate.stdin.flush()
        self.assertEqual(gate.stdout.readline(), b"runs\n")
        return gate

    def test_what_a_killed_gate_left_is_taken_away_by_the_next(self):
        gate = self.start_gate("cat", "-u")
        gate.kill()
        gate.communicate()  # the program ends with us or with its input; then it may have written its snapshot
        left = list((self.folder / "tmp").iterdir())
        self.assertEqual(len(left), 1, left)
        self.run_gate("clean")  # which leaves nothing in that folder

    def test_the_folder_of_a_gate_that_still_runs_is_left_alone(self):
        gate = self.start_gate("cat", "-u")
        left = list((self.folder / "tmp").iterdir())
        subprocess.run([HEAPKIT, "run", "--leaks", "--", PROGRAM, "clean"], cwd=self.folder, env=self.surroundings(),
                       capture_output=True, check=True, timeout=100)
        self.assertEqual(list((self.folder / "tmp").iterdir()), left)
        errors = gate.communicate(timeout=100)[1]
        self.assertEqual((gate.returncode, errors), (0, b"heapkit: no leaks in 1 process\n"))

    def test_a_program_that_takes_its_snapshot_away_is_not_called_clean(self):
        answer = self.run_gate("clean", before=("--leaks", "--set", "exit=off"))
        self.assertEqual((answer.returncode, answer.stdout), (2, "ran\n"), answer.stderr)

    def test_a_program_that_is_not_there_is_127_and_wrong_options_are_2(self):
        self.assertEqual(self.run_gate(program="./not-there").returncode, 127)
        for words in (["--exitcode", "1"], ["--leaks", "--no-exit-snapshot"], ["--leaks", "--contents", "none"],
                      ["--leaks", "--exitcode", "256"], ["--leaks", "--suppressions", "no.supp"],
                      ["--leaks", "--kinds", "what"]):
            answer = self.run_gate("clean", before=words)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), words)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
