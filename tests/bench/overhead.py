#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much CPU time does recording add to a program, beside heaptrack?

Usage: overhead.py BUILD_FOLDER [--rounds 5] [--scale 6] [--json FILE] [WORKLOAD…]

Each round runs a workload alone, under the agent, and under heaptrack's in-process part (its events go to /dev/null),
one after the other, so that a noisy machine is unkind to all alike. CPU time is user and system time of the process
and its children. Two figures of ours: "recording" without a snapshot (exit=off), which compares with heaptrack
writing to /dev/null; "with snapshot" as a user runs it. Allocations are counted once by the counting shim.
"""
import argparse
import glob
import os
import shutil
import struct
import sys
import tempfile

import measure
import workloads

FAMILIES = ("g++", "git")  # heaptrack follows no child, so it has nothing to say about these
NAMES = ["jq", "xmllint", "python3 over malloc", "sqlite3", "perl", "g++"]


def count_allocations(work, shim, folder):
    counts = os.path.join(folder, "counts")
    os.makedirs(counts)
    work.run(folder, {"LD_PRELOAD": shim, "COUNTING_SHIM_FOLDER": counts})
    total = 0
    for path in glob.glob(os.path.join(counts, "*.counts")):
        with open(path, "rb") as file:
            total += struct.unpack("<6Q", file.read())[0]
    shutil.rmtree(counts)
    return total


def environments(work, build, folder):
    libprof = os.path.join(build, "lib/libprof.so")
    kinds = {"native": {},
             "recording": {"LD_PRELOAD": libprof, "PROF": f"out={folder},exit=off"},
             "with snapshot": {"LD_PRELOAD": libprof, "PROF": f"out={folder}"}}
    if os.path.exists(measure.HEAPTRACK) and work.name not in FAMILIES:
        kinds["heaptrack"] = {"LD_PRELOAD": measure.HEAPTRACK, "DUMP_HEAPTRACK_OUTPUT": "/dev/null"}
    return kinds


def measure_one(work, build, rounds, scale):
    with tempfile.TemporaryDirectory() as folder:
        work.prepare(folder, scale)
        allocations = count_allocations(work, os.path.join(build, "lib/counting_shim.so"), folder)
        base = {**workloads.ENVIRONMENT, "HOME": folder, **work.environment}
        kinds = environments(work, build, folder)

        def once(kind):
            result = measure.run([work.path()] + work.arguments, {**base, **kinds[kind]}, folder)
            for path in glob.glob(os.path.join(folder, "*.heap")):
                os.remove(path)
            return result
        results = measure.interleaved(rounds, list(kinds), once)
    native = measure.median(results["native"], "cpu")
    answer = {"workload": work.name, "allocations": allocations, "native_seconds": native,
              "native_rss": measure.median(results["native"], "rss")}
    for kind in kinds:
        cpu = measure.median(results[kind], "cpu")
        answer[kind] = {"ratio": cpu / native, "added_ns": (cpu - native) / allocations * 1e9,
                        "rss": measure.median(results[kind], "rss"), "spread": measure.spread(results[kind], "cpu")}
    if "heaptrack" in answer:
        answer["share"] = answer["recording"]["added_ns"] / answer["heaptrack"]["added_ns"]
    return answer


def row(answer):
    cells = [answer["workload"], f"{answer['allocations'] / 1e6:.2f} M", f"{answer['native_seconds']:.2f} s"]
    for kind in ("recording", "with snapshot", "heaptrack"):
        one = answer.get(kind)
        cells += [f"{one['ratio']:.2f}x", f"{one['added_ns']:.0f} ns"] if one else ["-", "-"]
    return cells + [f"{answer['share']:.2f}" if "share" in answer else "-"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("workloads", nargs="*", default=NAMES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=int, default=6)
    parser.add_argument("--json")
    given = parser.parse_intermixed_args()
    build = os.path.abspath(given.build)
    answers = []
    for name in given.workloads:
        answers.append(measure_one(workloads.named(name, given.scale), build, given.rounds, given.scale))
        print(f"measured {name}: {answers[-1]['recording']['ratio']:.2f}x", file=sys.stderr)
        measure.write_json(given.json, answers)
    print(f"CPU time against native, and added for each allocation; medians of {given.rounds} interleaved rounds")
    measure.table(["workload", "allocations", "native", "recording", "", "with snapshot", "", "heaptrack", "",
                   "recording/heaptrack"], [row(answer) for answer in answers])
    measure.write_json(given.json, answers)


if __name__ == "__main__":
    main()
