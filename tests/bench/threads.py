#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does recording cost more when a second thread allocates too?

Usage: threads.py BUILD_FOLDER [--rounds 5] [--json FILE]

The same work on one thread and on two (churn.cpp), alone, under the agent and under heaptrack; medians of interleaved
rounds. The nanoseconds added to an operation must not grow with the second thread. The throughput of two threads over
one means something on a machine with two idle cores alone.
"""
import argparse
import os

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
    results = {}
    for _ in range(given.rounds):
        for threads in (1, 2):
            for kind in kinds:
                command = [os.path.join(build, "bin/bench_churn"), str(threads), str(BLOCKS), str(OPERATIONS)]
                results.setdefault((kind, threads), []).append(measure.run(command, environment(kind, build), "/"))
    cost = {key: {"cpu_ns": measure.median(runs, "cpu") / key[1] / OPERATIONS * 1e9,
                  "wall_ns": measure.median(runs, "wall") / OPERATIONS * 1e9} for key, runs in results.items()}
    rows = []
    for kind in kinds:
        added = [cost[kind, threads]["cpu_ns"] - cost["native", threads]["cpu_ns"] for threads in (1, 2)]
        gain = 2 * cost[kind, 1]["wall_ns"] / cost[kind, 2]["wall_ns"]
        rows.append([kind] + [f"{cost[kind, threads]['cpu_ns']:.0f} ns" for threads in (1, 2)] +
                    [f"{ns:.0f} ns" for ns in added] + [f"{gain:.2f}x"])
    print("CPU time of an operation (a free and a malloc), what is added to it, and how much more two threads do")
    measure.table(["", "1 thread", "2 threads", "added, 1", "added, 2", "throughput"], rows)
    measure.write_json(given.json, [{"kind": kind, "threads": threads, **value} for (kind, threads), value in cost.items()])


if __name__ == "__main__":
    main()
