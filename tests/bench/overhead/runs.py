# SPDX-License-Identifier: MIT
"""One run of one program in one way: CPU time, memory, and what was left behind.

Side: tests, bench. Every command is started by `overhead_spawn`, a parent of two MiB: what the kernel calls a process' peak
resident set is at least that of who started it, and Python's is larger than that of many a program that is measured.
"""
import contextlib
import glob
import os
import struct
import subprocess

import snapshot_file


def spawn(build, command, environment, added, folder, count=1, meanwhile=None):
    """[{cpu and wall in seconds, rss in bytes}] of `count` runs; `meanwhile` is called with the parent's number."""
    words = [os.path.join(build, "bin/overhead_spawn"), str(count), *(f"{name}={value}" for name, value in added.items()),
             "--", *command]
    process = subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               encoding="ascii")
    try:
        if meanwhile is not None:
            meanwhile(process.pid)
        printed = process.communicate()[0]
    except BaseException:
        process.terminate()
        raise
    rows = [[int(word) for word in line.split()] for line in printed.splitlines()]
    if process.returncode != 0 or len(rows) != count or any(status != 0 for *_, status in rows):
        raise RuntimeError(f"{' '.join(command)} with {added} did not end well: {printed.strip() or 'nothing was printed'}")
    return [{"wall": wall / 1e9, "cpu": cpu / 1e6, "rss": kib * 1024} for wall, cpu, kib, _ in rows]


@contextlib.contextmanager
def without_leftovers(folder):
    """Takes away whatever files appeared in the folder: what recording writes, and what programs do."""
    before = set(os.listdir(folder))
    yield
    for name in set(os.listdir(folder)) - before:
        with contextlib.suppress(IsADirectoryError):
            os.remove(os.path.join(folder, name))


def snapshots_in(folder):
    """Facts of the snapshots in a folder, summed: a family of processes has one each."""
    facts = {"snapshots": 0, "snapshot_bytes": 0, "live_blocks": 0, "peak_blocks": 0, "allocated_blocks": 0, "pause_ns": 0,
             "own_bytes": 0}
    for path in glob.glob(os.path.join(folder, "*.heap")):
        process = snapshot_file.Snapshot(path).process
        facts["snapshots"] += 1
        facts["snapshot_bytes"] += os.path.getsize(path)
        facts["own_bytes"] = max(facts["own_bytes"], process.own_bytes)
        facts["live_blocks"] += process.live_blocks
        facts["peak_blocks"] += process.peak_blocks
        facts["allocated_blocks"] += process.allocated_blocks
        facts["pause_ns"] = max(facts["pause_ns"], process.pause_ns)
    return facts


def counted(folder):
    """Allocations that overhead_counting.so counted, in all processes."""
    total = 0
    for path in glob.glob(os.path.join(folder, "*.counts")):
        with open(path, "rb") as file:
            total += sum(allocated for allocated, *_ in struct.iter_unpack("<8Q", file.read()))
    return total
