# SPDX-License-Identifier: MIT
"""heapkit run as process 1, and heapkit snapshot from outside, as containers have it: containers.py BIN_FOLDER LIBPROF
COMPILER. Namespaces stand in for a container; where they may not be made, the tests are skipped."""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, LIBPROF, COMPILER = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]

CONTAINER = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

# Runs its arguments under a filter of system calls that allows all, as containers have one.
FILTER = """
import ctypes, os, struct, sys
allow_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7fff0000))  # BPF_RET, SECCOMP_RET_ALLOW
program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow_all))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program, 0, 0) != 0:  # no new rights; a filter
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
"""

# Says "ready" when it has left an orphan behind that ended: heapkit's to reap. Then does as it is told.
SOURCE = r"""
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct session { long number; char* name; };
static struct session* sessions[100];

static int zombies(void) {
    int count = 0;
    DIR* all = opendir("/proc");
    for (struct dirent* each; (each = readdir(all)) != NULL;) {
        char path[300], state = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", each->d_name);
        FILE* file = atoi(each->d_name) > 0 ? fopen(path, "r") : NULL;
        if (file == NULL) continue;
        if (fscanf(file, "%*d (%*[^)]) %c", &state) == 1 && state == 'Z') ++count;
        fclose(file);
    }
    closedir(all);
    return count;
}

static void ended(int number) { (void)number; _exit(40); }

int main(int count, char** words) {
    const char* what = count > 1 ? words[1] : "";
    for (int i = 0; i < 100; ++i) {
        sessions[i] = malloc(sizeof *sessions[i]);
        sessions[i]->name = strdup("name");
    }
    int seen[2];
    if (pipe(seen) != 0) return 1;
    if (fork() == 0) {      // the parent of an orphan
        if (fork() == 0) {  // whose parent is heapkit soon
            for (int i = 0; i < 5000 && getppid() != 1; ++i) usleep(1000);
            char parent = (char)getppid();
            _exit(write(seen[1], &parent, 1) == 1 ? 0 : 1);
        }
        _exit(0);
    }
    wait(NULL);
    char parent = 0;
    if (read(seen[0], &parent, 1) != 1 || parent != 1) return 2;
    for (int i = 0; i < 5000 && zombies() > 0; ++i) usleep(1000);
    if (zombies() > 0) return 3;
    if (strcmp(what, "handle") == 0) signal(SIGTERM, ended);
    printf("ready\n");
    fflush(stdout);
    if (strcmp(what, "abort") == 0) abort();
    if (strcmp(what, "exit") == 0) exit(7);
    for (;;) { free(malloc(10)); usleep(1000); }
}
"""


def wait_for(condition):
    """Until it holds."""
    for _ in range(6000):
        if condition():
            return
        signal.sigtimedwait([], 0.01)
    raise AssertionError("it never held")


def inner_process(unshare, name):
    """The number, seen from here, of the process called that below unshare."""
    found = subprocess.run(["pgrep", "-x", name], stdout=subprocess.PIPE, encoding="ascii", check=False).stdout.split()
    below = []
    for pid in found:
        parent = pid
        with contextlib.suppress(FileNotFoundError):  # others of that name come and go
            while parent not in ("0", "1"):
                if parent == str(unshare):
                    below.append(int(pid))
                parent = re.search(r"\nPPid:\t(\d+)", pathlib.Path("/proc", parent, "status").read_text()).group(1)
    return below[0]


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        allowed = shutil.which("unshare") and subprocess.run([*CONTAINER, "true"], capture_output=True, check=False)
        if not allowed or allowed.returncode != 0:
            raise unittest.SkipTest("no namespaces can be made here: " +
                                    (allowed.stderr.decode() if allowed else "no unshare"))
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-container-")
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        (cls.folder / "inmate.c").write_text(SOURCE, encoding="utf-8")
        subprocess.run([COMPILER, "-g", "-O1", "-o", "inmate", "inmate.c"], cwd=cls.folder, check=True)
        (cls.folder / "disk").mkdir()
        cls.surroundings = {"PATH": os.environ["PATH"], "HEAPKIT_AGENT": LIBPROF, "LC_ALL": "C.UTF-8",
                            "XDG_CACHE_HOME": str(cls.folder / "cache")}

    def started(self, command):
        """Its program has said that it is ready."""
        process = subprocess.Popen(command, cwd=self.folder, env=self.surroundings, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, encoding="utf-8")
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def start(self, what, *, before=()):
        """heapkit as process 1, with a disk that only it sees."""
        script = 'mount -t tmpfs none "$0/disk" && cp "$0/inmate" "$0/disk/inmate" && exec "$@"'
        command = [HEAPKIT, "run", *before, "--", self.folder / "disk/inmate", what]
        return self.started([*CONTAINER, "sh", "-c", script, self.folder, *command])

    def test_orphans_are_reaped_and_the_exit_status_is_the_programs(self):
        process = self.start("exit")  # it says ready when no zombie is left
        self.assertEqual(process.wait(60), 7)
        self.assertEqual(self.start("abort").wait(60), 128 + signal.SIGABRT)

    def test_signals_reach_the_program_through_process_1(self):
        for what, code in (("handle", 40), ("", 128 + signal.SIGTERM)):
            process = self.start(what)
            os.kill(inner_process(process.pid, "heapkit"), signal.SIGTERM)
            self.assertEqual(process.wait(60), code)
            self.assertRegex(process.communicate()[1], r"heapkit: wrote \./inmate\.\d+\.\d+\.heap")

    def test_a_stop_from_a_terminal_does_not_stop_it_for_ever(self):
        process = self.start("handle")
        os.kill(inner_process(process.pid, "heapkit"), signal.SIGTSTP)
        os.kill(inner_process(process.pid, "inmate"), signal.SIGTSTP)
        os.kill(inner_process(process.pid, "heapkit"), signal.SIGTERM)
        self.assertEqual(process.wait(60), 40)

    def test_a_program_that_reads_the_terminal_is_given_it_and_outlives_a_stop(self):
        if not shutil.which("setsid"):
            self.skipTest("no setsid")
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([*CONTAINER, "setsid", "--ctty", HEAPKIT, "run", "--no-exit-snapshot", "--", "cat"],
                                   cwd=self.folder, env=self.surroundings, stdin=theirs, stdout=theirs, stderr=theirs,
                                   start_new_session=True)
        os.close(theirs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def typed(text, until):
            os.write(ours, text)
            seen = b""
            while until not in seen:
                seen += os.read(ours, 1000)

        typed(b"one\n", b"one\r\none\r\n")  # its echo, and cat's
        typed(b"\x1atwo\n", b"two\r\ntwo\r\n")  # ^Z
        typed(b"\x03", b"^C")
        self.assertEqual(process.wait(60), 128 + signal.SIGINT)

    def ask(self, *words):
        return subprocess.run([HEAPKIT, *words], cwd=self.folder, env=self.surroundings, capture_output=True,
                              encoding="utf-8", check=False, timeout=100)

    def test_a_snapshot_from_outside_is_where_it_is_seen_from_here(self):
        process = self.start("", before=("-o", self.folder / "disk"))
        inmate = inner_process(process.pid, "inmate")
        answer = self.ask("snapshot", str(inmate))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        seen = re.search(rf"written to (/proc/{inmate}/root\S+\.heap)", answer.stdout).group(1)
        self.assertEqual(list((self.folder / "disk").iterdir()), [])  # that disk is not ours
        self.assertRegex(self.ask("types", seen).stdout, r"in main\(\) inmate\.c:\d+ +100 ")  # by the binary on that disk
        bundle = re.search(r"heapkit (bundle .*)", answer.stdout).group(1).split()
        self.assertEqual(bundle[1:4], [seen, "--root", f"/proc/{inmate}/root"])
        self.assertEqual(self.ask(*bundle[:-1], "1.bundle").returncode, 0)
        process.kill()
        process.wait(60)
        wait_for(lambda: not pathlib.Path(seen).exists())  # its namespaces go after it
        self.assertRegex(self.ask("types", "1.bundle").stdout, r"in main\(\) inmate\.c:\d+ +100 ")

    def test_top_shows_a_process_from_outside(self):
        process = self.start("", before=("-o", self.folder / "disk"))
        answer = self.ask("top", str(inner_process(process.pid, "inmate")), "--count", "1", "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        rows = json.loads(answer.stdout)["answers"]["live"]["rows"]
        self.assertIn((1600, 100), [(row["live_bytes"], row["live_blocks"]) for row in rows])

    def test_a_snapshot_from_outside_comes_out_when_a_file_is_named(self):
        process = self.start("", before=("-o", self.folder / "disk"))
        inmate = inner_process(process.pid, "inmate")
        answer = self.ask("snapshot", str(inmate), "-o", "out.heap")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn(f"written to {self.folder}/out.heap", answer.stdout)
        self.assertEqual([path.name for path in pathlib.Path(f"/proc/{inmate}/root{self.folder}/disk").iterdir()], ["inmate"])
        self.assertEqual(self.ask("bundle", "out.heap", "--root", f"/proc/{inmate}/root").returncode, 0)
        process.kill()
        process.wait(60)
        self.assertRegex(self.ask("types", "out.bundle").stdout, r"in main\(\) inmate\.c:\d+ +100 ")
        self.assertEqual(self.ask("snapshot", str(os.getpid())).returncode, 2)

    def test_a_filter_that_is_on_all_of_the_container_does_not_stop_its_snapshots(self):
        script = 'mount -t tmpfs none "$0/disk"; exec "$@"'
        filtered = (sys.executable, "-c", FILTER)
        process = self.started([*CONTAINER, "sh", "-c", script, self.folder, *filtered, HEAPKIT, "run", "-o",
                                self.folder / "disk", "--", self.folder / "inmate", "handle"])
        inmate = str(inner_process(process.pid, "inmate"))
        refused = self.ask("snapshot", inmate)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--force", refused.stderr)
        inside = subprocess.run([*filtered, HEAPKIT, "snapshot", inmate], cwd=self.folder, env=self.surroundings,
                                capture_output=True, encoding="utf-8", check=False, timeout=100)
        self.assertEqual(inside.returncode, 0, inside.stderr)
        os.kill(inner_process(process.pid, "heapkit"), signal.SIGTERM)
        self.assertEqual(process.wait(60), 40)
        self.assertIn("2.heap", process.communicate()[1])  # before the signal was handed on


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
