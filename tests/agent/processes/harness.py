# SPDX-License-Identifier: MIT
"""What the tests of whole processes share: how a program is recorded and asked, and how a sentence is run.

Side: tests. A script is called SCRIPT NAME LIBPROF HEAPKIT FOLDER_OF_PROGRAMS; NAME is one of its functions. Each test
works in a new folder of its own."""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

LIBPROF, HEAPKIT, PROGRAMS = sys.argv[2:5]
SKIPPED, TIMEOUT = 77, 100
HELD_BYTES, HELD_BLOCKS = 500 * 100 + 20 * 1000, 520
OUTPUT_BUFFERS = 2  # a program may hold that many blocks of libc's


def program(name):
    return os.path.join(PROGRAMS, "process_" + name)


def call(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          env={**os.environ, "HEAPKIT_AGENT": LIBPROF}, **more)


def record(*command, options=(), **more):
    return call([HEAPKIT, "run", *options, "--", *command], **more)


def preloaded(shared, *options):
    return {**os.environ, "LD_PRELOAD": LIBPROF, "PROF": ",".join((f"out={os.getcwd()}", f"shared={shared}", *options))}


def answer(*words):
    result = call([HEAPKIT, *words, "--json"])
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def files(pattern="*.heap"):
    return sorted(glob.glob(pattern))


def only(found):
    assert len(found) == 1, found
    return found[0]


def subject(path):
    return answer("info", path)["snapshots"][0]


def lines_of(path, by="function"):
    rows = answer("stats", path, "--by", by, "--limit", "0")["answers"]["by_" + by]["rows"]
    return {row["function"]: (row["size"], row["count"]) for row in rows}


def memory_cgroup():
    """A folder where a group with a limit can be made, or None."""
    for root, limit in (("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")):
        folder = os.path.join(root, f"heapkit-test-{os.getpid()}")
        try:
            os.mkdir(folder)
        except OSError:
            continue
        try:
            os.stat(os.path.join(folder, "cgroup.procs"))  # else it is a plain folder
            with open(os.path.join(folder, limit), "w", encoding="ascii") as file:
                file.write(str(64 << 20))
            swap = os.path.join(folder, "memory.swap.max")
            if os.path.exists(swap):
                with open(swap, "w", encoding="ascii") as file:
                    file.write("0")
            return folder
        except OSError:
            os.rmdir(folder)
    return None


def remove_cgroup(folder):
    for _ in range(100):
        try:
            return os.rmdir(folder)
        except OSError:
            time.sleep(0.05)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(each) for each in children.read().split()]


class Watched:
    """A program under heapkit run that waits; its input ends with the block."""

    def __init__(self, *words, options=()):
        self.run = subprocess.Popen([HEAPKIT, "run", *options, "--", *words], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "HEAPKIT_AGENT": LIBPROF})

    def __enter__(self):
        assert self.run.stdout.readline() == "ready\n", self.run.stderr.read()
        with open(f"/proc/{self.run.pid}/task/{self.run.pid}/children", encoding="ascii") as children:
            self.pid = int(children.read().split()[0])
        while self.state() != "S":  # until it waits for its input
            time.sleep(0.001)
        return self

    def state(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0]

    def __exit__(self, *unused):
        self.errors = self.run.communicate(timeout=TIMEOUT)[1]


def run_sentence(sentences):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sentences[sys.argv[1]]()
        os.chdir("/")
