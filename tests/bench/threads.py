#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does recording cost more when a second thread allocates too?

Usage: threads.py BUILD_FOLDER [--rounds 5] [--json FILE]

The same work on one thread and on two (churn.cpp), alone, under the agent and under heaptrack. Operations a second of
wall time, medians of interleaved rounds. Added nanoseconds an operation must not grow with the second thread.
"""
import argparse
import os
import statistics
import subprocess

import measure

KINDS = ("native", "recording", "heaptrack")
BLOCKS, OPERATIONS = 1000, 2_000_000


def environment(kind, build):
    if kind == "recording":
        return {"LD_PRELOAD": os.path.join(build, "lib/libprof.so"), "PROF": "exit=off"}
    return {"LD_PRELOAD": measure.HEAPTRACK, "DUMP_HEAPTRACK_OUTPUT": "/dev/null"} if kind == "heaptrack" else {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    kinds = [kind for kind in KINDS if kind != "heaptrack" or os.path.exists(measure.HEAPTRACK)]
    speed = {}
    for _ in range(given.rounds):
        for threads in (1, 2):
            for kind in kinds:
                done = subprocess.run([os.path.join(build, "bin/bench_churn"), str(threads), str(BLOCKS), str(OPERATIONS)],
                                      env=environment(kind, build), capture_output=True, text=True, check=True)
                speed.setdefault((kind, threads), []).append(float(done.stdout))
    median = {key: statistics.median(values) for key, values in speed.items()}
    rows = []
    for kind in kinds:
        added = [threads / median[kind, threads] * 1e9 - threads / median["native", threads] * 1e9 for threads in (1, 2)]
        rows.append([kind] + [f"{median[kind, threads] / 1e6:.1f}" for threads in (1, 2)] +
                    [f"{median[kind, 2] / median[kind, 1]:.2f}x"] + [f"{ns:.0f} ns" for ns in added])
    print("Million operations a second, and nanoseconds added to each")
    measure.table(["", "1 thread", "2 threads", "gain", "added, 1", "added, 2"], rows)
    measure.write_json(given.json, [{"kind": kind, "threads": threads, "operations_per_second": value}
                                    for (kind, threads), value in median.items()])


if __name__ == "__main__":
    main()
