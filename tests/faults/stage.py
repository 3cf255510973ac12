# SPDX-License-Identifier: MIT
"""What the tests of this folder share: how they are called, who else they become, a folder of their own.

Side: tests. SCRIPT SENTENCE --agent LIBPROF --faulty TEST_LIBPROF --heapkit HEAPKIT --programs FOLDER --dies PROGRAM; the sentence is
one of the script's functions."""
import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../support"), os.path.join(HERE, "../agent/processes")]

SKIPPED, TIMEOUT = 77, 100
OTHER_USER = 64330  # of whom nothing else is here


def parse(**more):
    parser = argparse.ArgumentParser()
    parser.add_argument("sentence")
    for name in ("agent", "faulty", "heapkit", "programs", "dies"):
        parser.add_argument("--" + name, required=True, type=os.path.abspath)
    for name, default in more.items():
        parser.add_argument("--" + name, default=default, type=type(default))
    return parser.parse_args()


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def needs_root():
    if os.geteuid() != 0:
        skip("only root can become another user")


def become(user):
    """For preexec_fn."""
    def act():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    return act


def for_anybody(path, folder):
    """A copy: the build may lie where another user cannot go."""
    copy = shutil.copy(path, folder)
    os.chmod(copy, 0o755)
    return copy


def snapshots(folder=".", pattern="*.heap"):
    return sorted(glob.glob(os.path.join(folder, pattern)))


def only(found):
    assert len(found) == 1, found
    return found[0]


def call(command, **more):
    return subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT, **{"text": True, **more})


class Waiting:
    """A program that says "ready" and waits for its input to end; how it was started is the caller's business."""

    def __init__(self, command, **more):
        self.command, self.more = command, more

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, **self.more)
        line = self.process.stdout.readline()
        assert line == "ready\n", (line, self.process.communicate())
        self.pid = self.process.pid
        return self

    def end(self):
        if self.process.returncode is None:
            self.output, self.errors = self.process.communicate(timeout=TIMEOUT)
        return self

    def __exit__(self, *unused):
        self.end()


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return int(children.read().split()[0])


def run_in_a_folder_of_its_own(sentences, given):
    with tempfile.TemporaryDirectory(prefix="heapkit-faults-") as folder:
        os.chdir(folder)
        try:
            sentences[given.sentence]()
        finally:
            os.chdir("/")
