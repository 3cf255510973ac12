#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program that forgets its blocks and then takes a snapshot, and looks at what the snapshot has.

Side: tests. Usage: clearing.py LIBPROF PROGRAM SENTENCE
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
import snapshot_file  # noqa: E402

LIBPROF, PROGRAM, SENTENCE = sys.argv[1:4]
BLOCK_SIZE, STACKS = 11, 9
SIZE_BITS = 48


def main():
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LD_PRELOAD": LIBPROF, "PROF": "exit=off"}
        result = subprocess.run([PROGRAM, SENTENCE], env=environment, cwd=folder, capture_output=True, text=True)
        print(result.stdout, result.stderr, sep="")
        assert result.returncode == 0, result.returncode
        snapshot = snapshot_file.Snapshot(os.path.join(folder, "after.heap"))
    sizes = [row[0] & (1 << SIZE_BITS) - 1 for row in snapshot.rows(BLOCK_SIZE, "<Q")]
    process = snapshot.process
    print(f"{len(sizes)} blocks, {sum(sizes)} bytes; {process}")
    assert process.live_blocks == len(sizes) and process.live_bytes == sum(sizes), "totals are those of the blocks"
    if SENTENCE == "forgotten_blocks_are_in_no_sum_and_no_snapshot":
        assert sizes.count(12345) == 77 and sizes.count(1000) == 0, sizes
        # Of each stack: allocated, freed. What was forgotten counts as freed.
        stacks = snapshot.rows(STACKS, "<IIQQQQQ24s")
        live = sum(row[2] - row[4] for row in stacks)
        assert live == process.live_bytes, (live, process.live_bytes)


main()
