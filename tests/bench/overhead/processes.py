# SPDX-License-Identifier: MIT
"""What does it cost to be preloaded into a process that is soon over?

Side: tests, bench. `/bin/true`, a tool of about ten milliseconds with 3,000 allocations, started some hundred times in each
way, in turns of ten; medians of the time on the wall, of CPU time, and of the peak resident set.
"""
import os
import statistics
import tempfile

import kinds
import runs
import tables

TURN = 10
WAYS = (kinds.NATIVE, kinds.COUNTING, kinds.RECORDING, kinds.SNAPSHOT, kinds.SAMPLING, kinds.HEAPTRACK)


def measure_command(command, build, ways, turns):
    results = {kind.name: [] for kind in ways}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(turns):
            for kind in ways:
                with runs.without_leftovers(folder):
                    results[kind.name] += runs.spawn(build, command, dict(os.environ), kind.environment(build, folder),
                                                     folder, count=TURN)
    return {kind: {key: statistics.median(run[key] for run in of_kind) for key in ("wall", "cpu", "rss")}
            for kind, of_kind in results.items()}


def measure_all(build, all_kinds, quick):
    ways = [kind for kind in all_kinds if kind.name in WAYS]
    commands = {"/bin/true": ["/bin/true"], "10 ms": [os.path.join(build, "bin/overhead_brief"), "16"]}
    return {"runs": TURN * (5 if quick else 50), "commands": {
        name: measure_command(command, build, ways, 5 if quick else 50) for name, command in commands.items()}}


def show(printer, facts):
    printer.part("processes", "Short processes")
    printer.text(f"Medians of {facts['runs']} runs:")
    rows = []
    for kind in next(iter(facts["commands"].values())):
        cells = []
        for figures in facts["commands"].values():
            one, native = figures[kind], figures[kinds.NATIVE]
            if kind == kinds.NATIVE:
                cells += [tables.milliseconds(one["wall"] * 1e3), tables.milliseconds(one["cpu"] * 1e3),
                          tables.mebibytes(one["rss"])]
            else:
                cells += [tables.more((one["wall"] - native["wall"]) * 1e3, "ms"),
                          tables.more((one["cpu"] - native["cpu"]) * 1e3, "ms"),
                          tables.more((one["rss"] - native["rss"]) / 2**20, "MiB")]
        rows.append([kind, *cells])
    printer.table(["", *(f"{name}: {what}" for name in facts["commands"] for what in ("time", "CPU", "memory"))], rows)
