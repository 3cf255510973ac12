#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the agent sees of a program whose allocator is not libc's: each function here is one sentence of the test list in
CMakeLists.txt.

Side: tests. Usage: allocators.py NAME LIBPROF COMPARE PROGRAM [ALLOCATOR].  PROGRAM is families.cpp, built for the case;
ALLOCATOR a library to preload. With HEAPKIT in the environment, `heapkit info` is asked too.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
import snapshot_file  # noqa: E402

LIBPROF, COMPARE, PROGRAM, *ALLOCATOR = sys.argv[2:]
OTHER_ALLOCATOR = 15
TIMEOUT = 120


def recorded(preload):
    """Runs the program; its snapshot at the end, the file of what it did, and what was said."""
    truth = os.path.abspath("truth")
    result = subprocess.run([PROGRAM, truth], capture_output=True, text=True, timeout=TIMEOUT, check=False,
                            env={**os.environ, "LD_PRELOAD": ":".join(preload), "PROF": f"out={os.getcwd()}"})
    assert result.returncode == 0, (result.returncode, result.stderr)
    snapshots = glob.glob("*.heap")
    assert len(snapshots) == 1, snapshots
    return snapshots[0], truth, result.stderr


def all_seen(preload):
    snapshot, truth, said = recorded(preload)
    assert said == "", said
    compared = subprocess.run([COMPARE, snapshot, truth], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert compared.returncode == 0, compared.stdout + compared.stderr
    assert OTHER_ALLOCATOR not in dict(enumerate_losses(snapshot))


def enumerate_losses(snapshot):
    return [(kind, lost) for kind, lost in enumerate(snapshot_file.Snapshot(snapshot).losses()) if lost]


def said_and_left_alone(preload, who):
    """The program does what it did without us; one line and the snapshot say that its blocks are not in there."""
    snapshot, _, said = recorded(preload)
    assert re.fullmatch(f"heapkit: .*{re.escape(who)}.* is not recorded\n", said), said
    assert dict(enumerate_losses(snapshot)).get(OTHER_ALLOCATOR) == 1, enumerate_losses(snapshot)
    answer = subprocess.run([os.environ["HEAPKIT"], "info", snapshot], capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert "allocator" in answer.stdout and "is not recorded" in answer.stdout, answer.stdout
    leaks = subprocess.run([os.environ["HEAPKIT"], "leaks", snapshot], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert leaks.returncode == 2 and "own allocator" in leaks.stderr, leaks  # and not "no leaks"


def linked():
    all_seen([LIBPROF])


def preloaded_behind():
    all_seen([LIBPROF] + ALLOCATOR)


def preloaded_ahead():
    said_and_left_alone(ALLOCATOR + [LIBPROF], os.path.basename(ALLOCATOR[0]))


def linked_statically():
    said_and_left_alone([LIBPROF], "linked into it")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
        os.chdir("/")
