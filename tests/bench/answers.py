#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much CPU time and memory do the answers about owners take, on a heap of a million blocks?

Usage: answers.py BUILD_FOLDER [--snapshot FILE] [--blocks 1000000] [--rounds 3] [--json FILE]

Of FILE, or of what keep.cpp holds: blocks of which each points to two others at random, the worst that dominators meet.
Each command runs once to fill the cache of symbols, then ROUNDS times; medians.
"""
import argparse
import os
import subprocess
import tempfile

import measure

BLOCK_BYTES = 48
QUESTIONS = {
    "retained": ["retained", "NEW"],
    "retained --by type": ["retained", "NEW", "--by", "type"],
    "tree": ["tree", "NEW"],
    "containers": ["containers", "NEW"],
    "containers, two snapshots": ["containers", "OLD", "NEW"],
    "holders": ["holders", "NEW", "--type", "*"],
    "growth, two snapshots": ["growth", "OLD", "NEW"],
}


def snapshots(build, folder, given):
    if given.snapshot:
        return given.snapshot, given.snapshot
    old, new = (os.path.join(folder, name) for name in ("old.heap", "new.heap"))
    subprocess.run([os.path.join(build, "bin/bench_keep"), str(given.blocks), str(BLOCK_BYTES), old, new],
                   env={"LD_PRELOAD": os.path.join(build, "lib/libprof.so"), "PROF": f"out={folder},exit=off"},
                   stdout=subprocess.DEVNULL, check=True)
    return old, new


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--snapshot", type=os.path.abspath)
    parser.add_argument("--blocks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    facts, rows = {}, []
    with tempfile.TemporaryDirectory() as folder:
        old, new = snapshots(build, folder, given)
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, "cache")}
        for name, words in QUESTIONS.items():
            command = [os.path.join(build, "bin/heapkit")] + [{"OLD": old, "NEW": new}.get(word, word) for word in words]
            results = [measure.run(command, environment, folder) for _ in range(given.rounds + 1)][1:]
            facts[name] = {"cpu_seconds": measure.median(results, "cpu"), "rss": max(result["rss"] for result in results)}
            rows.append([name, f"{facts[name]['cpu_seconds']:.2f} s", f"{facts[name]['rss'] / 2**20:.0f} MiB"])
    measure.table(["answer", "CPU", "memory"], rows)
    measure.write_json(given.json, facts)


if __name__ == "__main__":
    main()
