#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much CPU time and memory does each answer take, on heaps of a million blocks?

Usage: answers.py BUILD_FOLDER [--blocks 1000000] [--rounds 3] [--json FILE]

Of two programs. objects.cpp has a service's heap: containers, strings, closures, cycles and lost blocks, three snapshots.
keep.cpp has blocks of which each points to two others at random, the worst that typing and dominators meet; two snapshots,
asked what answers there are for such a heap. Each command runs once to fill the cache of symbols, then ROUNDS times; the
least CPU time of these, as other work on the machine only adds to it. The bar is 3 s for each but retained sizes.
"""
import argparse
import os
import subprocess
import tempfile

import measure

KEEP_BYTES = 48
ALL = ["S1", "S2", "S3"]
OF_OBJECTS = {
    "info": ["info", "S3"],
    "stats": ["stats", "S3"],
    "types": ["types", "S3"],
    "count": ["count", "S3", "*Document*"],
    "objects": ["objects", "S3", "--type", "UserRecord"],
    "flamegraph": ["flamegraph", "S3", "-o", "flame.svg"],
    "diff, two": ["diff", "S1", "S2"],
    "growth, three": ["growth"] + ALL,
    "growth --by owner, three": ["growth"] + ALL + ["--by", "owner"],
    "leaks": ["leaks", "S3"],
    "refs": ["refs", "S3", "--type", "UserRecord", "--one", "newest"],
    "backrefs": ["backrefs", "S3", "--type", "UserRecord", "--one", "newest"],
    "backrefs --chain": ["backrefs", "S3", "--type", "UserRecord", "--chain"],
    "holders": ["holders", "S3", "--type", "*"],
    "cycles": ["cycles", "S3"],
    "retained": ["retained", "S3"],
    "retained --by type": ["retained", "S3", "--by", "type"],
    "retained --by site": ["retained", "S3", "--by", "site"],
    "retained --by root": ["retained", "S3", "--by", "root"],
    "retained --what-if-freed": ["retained", "S3", "--what-if-freed", "UserRecord"],
    "tree": ["tree", "S3"],
    "containers": ["containers", "S3"],
    "containers, two": ["containers", "S1", "S2"],
    "containers, three": ["containers"] + ALL,
    "closures": ["closures", "S3"],
    "closures, three": ["closures"] + ALL,
    "churn": ["churn", "S3"],
    "waste": ["waste", "S3"],
    "diagnose, one": ["diagnose", "S3", "--no-pictures"],
    "diagnose, two": ["diagnose", "S1", "S2", "--no-pictures"],
    "diagnose, three": ["diagnose"] + ALL + ["--no-pictures"],
}
OF_KEEP = {
    "types": ["types", "S2"],
    "diff, two": ["diff", "S1", "S2"],
    "growth, two": ["growth", "S1", "S2"],
    "leaks": ["leaks", "S2"],
    "holders": ["holders", "S2", "--type", "*"],
    "cycles": ["cycles", "S2"],
    "retained": ["retained", "S2"],
    "retained --by type": ["retained", "S2", "--by", "type"],
    "tree": ["tree", "S2"],
    "containers": ["containers", "S2"],
    "containers, two": ["containers", "S1", "S2"],
    "waste": ["waste", "S2"],
    "closures, two": ["closures", "S1", "S2"],
    "diagnose, two": ["diagnose", "S1", "S2", "--no-pictures"],
}


def record(build, folder, program, words, snapshots):
    paths = [os.path.join(folder, f"{program}-{number}.heap") for number in range(1, snapshots + 1)]
    subprocess.run([os.path.join(build, "bin", f"bench_{program}"), *words, *paths],
                   env={"LD_PRELOAD": os.path.join(build, "lib/libprof.so"), "PROF": f"out={folder},exit=off,hashes=on"},
                   stdout=subprocess.DEVNULL, check=True)
    return {f"S{number}": path for number, path in enumerate(paths, 1)}


def ask(build, folder, questions, snapshots, rounds):
    environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, "cache")}
    facts, rows = {}, []
    for name, words in questions.items():
        command = [os.path.join(build, "bin/heapkit")] + [snapshots.get(word, word) for word in words]
        results = [measure.run(command, environment, folder) for _ in range(rounds + 1)][1:]
        facts[name] = {"cpu_seconds": min(result["cpu"] for result in results),
                       "rss": max(result["rss"] for result in results)}
        rows.append([name, f"{facts[name]['cpu_seconds']:.2f} s", f"{facts[name]['rss'] / 2**20:.0f} MiB"])
    measure.table(["answer", "CPU", "memory"], rows)
    return facts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--blocks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    facts = {}
    with tempfile.TemporaryDirectory() as folder:
        print("A service's heap:")
        objects = record(build, folder, "objects", [str(given.blocks)], 3)
        facts["objects"] = ask(build, folder, OF_OBJECTS, objects, given.rounds)
        print("\nBlocks that point at random:")
        keep = record(build, folder, "keep", [str(given.blocks), str(KEEP_BYTES)], 2)
        facts["keep"] = ask(build, folder, OF_KEEP, keep, given.rounds)
    measure.write_json(given.json, facts)


if __name__ == "__main__":
    main()
