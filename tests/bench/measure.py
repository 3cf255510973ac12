# SPDX-License-Identifier: MIT
"""What the benchmarks share: running a command with its CPU time and memory, medians, and a table.

Side: tests. Standard library only.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../programs"))
sys.path.insert(0, os.path.join(HERE, "../support"))
sys.dont_write_bytecode = True

HEAPTRACK = "/usr/lib/heaptrack/libheaptrack_preload.so"


def run(command, environment, folder, quiet=True):
    """CPU seconds of the process and all that it waited for, wall seconds, and the largest resident set in bytes."""
    sink = subprocess.DEVNULL if quiet else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": wall, "rss": usage.ru_maxrss * 1024}


def interleaved(rounds, kinds, once):
    """Runs once(kind) for each kind in turn, `rounds` times; {kind: [results]}. The first round warms up, uncounted."""
    results = {kind: [] for kind in kinds}
    for number in range(rounds + 1):
        for kind in kinds:
            result = once(kind)
            if number > 0:
                results[kind].append(result)
    return results


def median(results, key):
    return statistics.median(result[key] for result in results)


def spread(results, key):
    values = [result[key] for result in results]
    return (max(values) - min(values)) / statistics.median(values)


def table(headings, rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(headings, *rows)]
    for row in [headings] + rows:
        print("  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))


def write_json(path, value):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.write("\n")
