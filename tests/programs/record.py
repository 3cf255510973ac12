#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a real, unmodified program twice, alone and under the agent, and checks two things: that it gave the same
answer to the byte, and that the agent counted what the counting shim counted.

Side: tests. Usage: record.py LIBPROF SHIM WORKLOAD [--keep FOLDER]
Ends with 77, and says why, when the program is not installed.

Both count in one run: the shim is preloaded behind the agent, so it sees each call that the agent passes on, with the
same sizes and in the same order. (Two runs would not do: an environment that is one variable longer already changes
how much some programs allocate.) What must be equal, for every process that wrote a snapshot: blocks and bytes
allocated, blocks and bytes live at the end, and, in a process with one thread, the peak.
"""
import argparse
import glob
import os
import struct
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))

import snapshot_file  # noqa: E402
import workloads  # noqa: E402

SKIPPED = 77
COMPARED = ("allocated_blocks", "allocated_bytes", "live_blocks", "live_bytes", "peak_bytes")


def environment(libprof, shim, folder):
    return {"LD_PRELOAD": f"{libprof} {shim}", "PROF": f"out={folder},python=off", "COUNTING_SHIM_FOLDER": folder}


def counted_by_shim(path):
    with open(path, "rb") as file:
        return dict(zip(COMPARED + ("unknown_frees",), struct.unpack("<6Q", file.read())))


def differences(snapshot, counts):
    for name in COMPARED:
        ours, theirs = getattr(snapshot.process, name), counts[name]
        if ours != theirs and not (name == "peak_bytes" and snapshot.process.peak_error_bytes):
            yield f"{name}: {ours} in the snapshot, {theirs} by the shim ({ours - theirs:+})"


def compare_counts(folder):
    """Problems, and how many processes were compared."""
    problems, compared = [], 0
    for path in sorted(glob.glob(os.path.join(folder, "*.heap"))):
        snapshot = snapshot_file.Snapshot(path)
        name = f"{os.path.basename(snapshot.string(snapshot.process.executable))}.{snapshot.process.pid}"
        counts = counted_by_shim(os.path.join(folder, name + ".counts"))
        found = list(differences(snapshot, counts))
        compared += 1
        if found:
            problems += [f"{name}: {line}" for line in found] + [f"{name}: losses {snapshot.losses()}"]
    return problems, compared


def same_answer(alone, recorded):
    for what, value in alone.items():
        if recorded[what] != value:
            yield f"{what} differs: {value[-300:] if isinstance(value, bytes) else value!r} alone, " \
                  f"{recorded[what][-300:] if isinstance(value, bytes) else recorded[what]!r} recorded"


def check(work, libprof, shim, folder):
    places = {name: os.path.join(folder, name) for name in ("alone", "recorded", "heaps")}
    for place in places.values():
        os.makedirs(place)
    # The folder is the same for both runs, since some programs print or allocate by its name.
    here = os.path.join(folder, "here")
    answers = {}
    for place, extra in (("alone", {}), ("recorded", environment(libprof, shim, places["heaps"]))):
        os.rename(places[place], here)
        work.prepare(here, 1)
        answers[place] = work.run(here, extra)
        os.rename(here, places[place])
    problems = list(same_answer(answers["alone"], answers["recorded"]))
    if answers["alone"]["status"] != 0:
        problems.append(f"{work.name} fails by itself: {answers['alone']}")
    count_problems, compared = compare_counts(places["heaps"])
    if compared == 0:
        problems.append("no snapshot was written")
    return problems + count_problems, compared


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("libprof")
    parser.add_argument("shim")
    parser.add_argument("workload")
    parser.add_argument("--keep", metavar="FOLDER", help="an empty folder for inputs, outputs and snapshots")
    given = parser.parse_args()
    work = workloads.named(given.workload)
    if work.path() is None:
        print(f"skipped: {work.program} is not installed here")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="heapkit-programs-") as temporary:
        problems, compared = check(work, os.path.abspath(given.libprof), os.path.abspath(given.shim),
                                   given.keep or temporary)
    for problem in problems:
        print(problem)
    print(f"{work.name}: {compared} process(es) compared, {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
