#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How large is a snapshot, how long does it stop the program, and how long does heapdiff take over two of them?

Usage: snapshots.py BUILD_FOLDER [--blocks 1000000] [--rounds 5] [--json FILE]

keep.cpp holds linked blocks and takes two snapshots. "Edges" are kept words that point into a block. heapdiff runs
with its cache of symbols cold once, then warm; medians of the warm rounds.
"""
import argparse
import collections
import os
import struct
import subprocess
import tempfile

import measure
import snapshot_file

BLOCK_BYTES = 48
EDGE_KINDS = {0, 1, 2}  # BLOCK, INTERIOR, END
EXTRA = 15


def anatomy(path):
    """Bytes of the file by what they are for."""
    snapshot = snapshot_file.Snapshot(path)
    slots = snapshot.sections[16]
    kinds = collections.Counter()
    words = memoryview(snapshot.bytes)[slots.offset:slots.offset + 4 * slots.count].cast("I")
    for slot in words:
        kinds[slot & 15] += 1
    words.release()
    blocks = snapshot.process.live_blocks
    columns = sum(snapshot.sections[n].element_bytes * snapshot.sections[n].count for n in range(10, 16))
    edges = sum(kinds[kind] for kind in EDGE_KINDS)
    integers = sum(count for kind, count in kinds.items() if 8 <= kind < EXTRA)
    return {"file_bytes": len(snapshot.bytes), "blocks": blocks, "edges": edges, "integers": integers,
            "block_columns_per_block": columns / blocks, "bytes_per_edge": 8 * (edges + kinds[EXTRA]) / max(edges, 1),
            "other_bytes": len(snapshot.bytes) - columns - 8 * sum(kinds.values()), "pause_ms": snapshot.process.pause_ns / 1e6}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--blocks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("old.heap", "new.heap")]
        calls = subprocess.run([os.path.join(build, "bin/bench_keep"), str(given.blocks), str(BLOCK_BYTES)] + paths,
                               env={"LD_PRELOAD": os.path.join(build, "lib/libprof.so"), "PROF": f"out={folder},exit=off"},
                               capture_output=True, text=True, check=True).stdout.split()
        facts = anatomy(paths[0])
        facts["call_ms"] = float(calls[0])
        print(f"{facts['blocks']} blocks, {facts['edges']} edges, {facts['integers']} small integers: "
              f"{facts['file_bytes'] / 2**20:.1f} MiB")
        print(f"  {facts['block_columns_per_block']:.1f} B a block, {facts['bytes_per_edge']:.1f} B an edge, 8 B an integer, "
              f"{facts['other_bytes'] / 1024:.1f} KiB for all else")
        print(f"  the program stood still for {facts['pause_ms']:.1f} ms; its call took {facts['call_ms']:.0f} ms")
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, "cache")}
        command = [os.path.join(build, "bin/heapdiff")] + paths
        results = [measure.run(command, environment, folder) for _ in range(given.rounds + 1)]
        facts["diff_cold"] = results[0]
        facts["diff_warm_seconds"] = measure.median(results[1:], "wall")
        facts["diff_rss"] = max(result["rss"] for result in results)
        print(f"  heapdiff: {results[0]['wall']:.2f} s with a cold cache, {facts['diff_warm_seconds']:.2f} s with a warm one, "
              f"{facts['diff_rss'] / 2**20:.0f} MiB at most")
    measure.write_json(given.json, facts)


if __name__ == "__main__":
    main()
