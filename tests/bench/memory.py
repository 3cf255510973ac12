#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much memory does the agent take for each live block?

Usage: memory.py BUILD_FOLDER [--json FILE]

Peak resident set of a program that holds a million blocks (keep.cpp), under the agent and under heaptrack, less that
of the program alone, for blocks of several sizes.
"""
import argparse
import os
import tempfile

import measure
from threads import environment

BLOCKS = 1_000_000
SIZES = (24, 48, 100, 400)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    kinds = ["native", "recording"] + (["heaptrack"] if os.path.exists(measure.HEAPTRACK) else [])
    rows, answers = [], []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            command = [os.path.join(build, "bin/bench_keep"), str(BLOCKS), str(size)]
            rss = {kind: measure.run(command, environment(kind, build), folder)["rss"] for kind in kinds}
            added = {kind: (rss[kind] - rss["native"]) / BLOCKS for kind in kinds[1:]}
            rows.append([f"{size} B", f"{rss['native'] / 2**20:.0f} MiB"] + [f"{value:.1f} B" for value in added.values()])
            answers.append({"block_bytes": size, "native_rss": rss["native"], "added_bytes_per_block": added})
    print("Peak resident set, and bytes added for each live block")
    measure.table(["blocks of", "native"] + kinds[1:], rows)
    measure.write_json(given.json, answers)


if __name__ == "__main__":
    main()
