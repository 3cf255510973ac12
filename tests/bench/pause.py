#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For how long does a snapshot stop a large program, how fast is memory scanned, and what does copy-on-write cost?

Usage: pause.py BUILD_FOLDER [--gigabytes 1] [--block 1024] [--rounds 5] [--no-writes] [--json FILE]

pause.cpp holds so much memory in linked blocks. Each of its rounds forks, takes a snapshot, and writes to every page with
and without a forked copy beside it: so a noisy machine is unkind to all alike. The pause is what the snapshot says of
itself; the bare fork is the whole of fork(), page tables and all. A second run takes snapshots without contents: the
difference of the two calls is the scan, and the rest is blocks, stacks and the file. Bars: a pause within 1.5 times the
fork, a scan of 1 GB/s. Skipped with 77 when too little memory is free: 2.4 times as much, 1.4 times without writes.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

import measure
import snapshot_file

SKIPPED = 77
PAGE_BYTES = 4096


def free_bytes():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("MemAvailable:"))


def rounds_of(build, given, contents):
    """A dictionary a round: fork, call, alone, beside and pause, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        command = [os.path.join(build, "bin/bench_pause"), str(int(given.gigabytes * 1e9)), str(given.block),
                   str(given.rounds), folder, "no-writes" if given.no_writes else "writes"]
        environment = {"LD_PRELOAD": os.path.join(build, "lib/libprof.so"),
                       "PROF": f"out={folder},exit=off,contents={contents},deadline=600"}
        printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, encoding="ascii", check=True).stdout
        rounds = [dict(zip(("fork", "call", "alone", "beside"), map(float, line.split()))) for line in printed.splitlines()]
        for number, figures in enumerate(rounds):
            snapshot = snapshot_file.Snapshot(os.path.join(folder, f"{number}.heap"))
            figures["pause"] = snapshot.process.pause_ns / 1e6
        return rounds


def measured(build, given):
    """Medians of all rounds, and the shortest of the calls, which other work only adds to."""
    with_words, without = (rounds_of(build, given, contents) for contents in ("words", "none"))
    both = with_words + without
    facts = {key: statistics.median(figures[key] for figures in both) for key in ("fork", "pause", "alone", "beside")}
    facts["ratios"] = sorted(figures["pause"] / figures["fork"] for figures in both)
    facts["ratio"] = statistics.median(facts["ratios"])
    facts["call"], facts["call_without"] = (min(figures["call"] for figures in rounds) for rounds in (with_words, without))
    facts["scan_gb_per_second"] = given.gigabytes * 1e3 / max(facts["call"] - facts["call_without"], 1e-3)
    facts["copied_page_us"] = 1e3 * (facts["beside"] - facts["alone"]) / (given.gigabytes * 1e9 / PAGE_BYTES)
    return {"given": vars(given), **facts, "rounds": both}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--block", type=int, default=1024, help="bytes of each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-writes", action="store_true", help="leave out copy-on-write, which takes the memory twice")
    parser.add_argument("--json")
    given = parser.parse_args()
    if free_bytes() < (1.4e9 if given.no_writes else 2.4e9) * given.gigabytes:
        print(f"skipped: {free_bytes() / 1e9:.1f} GB are free, too few to hold {given.gigabytes:g} GB and a copy")
        return SKIPPED
    facts = measured(os.path.abspath(given.build), given)
    print(f"{given.gigabytes:g} GB in blocks of {given.block} B, {len(facts['ratios'])} rounds")
    print(f"  pause {facts['pause']:.1f} ms, bare fork {facts['fork']:.1f} ms: {facts['ratio']:.2f} times "
          f"({facts['ratios'][0]:.2f} to {facts['ratios'][-1]:.2f})")
    print(f"  whole snapshot {facts['call'] / 1e3:.2f} s, without contents {facts['call_without'] / 1e3:.2f} s: "
          f"scanned at {facts['scan_gb_per_second']:.2f} GB/s")
    if not given.no_writes:
        print(f"  a write to each page: {facts['alone']:.0f} ms, beside a copy {facts['beside']:.0f} ms: "
              f"{facts['copied_page_us']:.2f} µs a page")
    measure.write_json(given.json, facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
