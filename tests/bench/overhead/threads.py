# SPDX-License-Identifier: MIT
"""Does recording cost more when a second thread allocates too, and do two threads still do more than one?

Side: tests, bench. The same work for each thread, on one and on two. Throughput means something with two idle cores alone;
the CPU time that is added to an operation must not grow on any machine.
"""
import os
import tempfile

import kinds
import machine
import measure
import runs
import tables

PROGRAMS = {"larson": 2_000_000, "xmalloc": 15_000}  # arguments for each thread
OPERATIONS = {"larson": 1, "xmalloc": 120}           # pairs of malloc and free for each of the argument
WAYS = (kinds.NATIVE, kinds.RECORDING, kinds.SAMPLING, kinds.HEAPTRACK)


def measure_program(name, build, ways, rounds, amount):
    results, loads = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            loads.append(machine.load())
            for count in (1, 2):
                for kind in ways:
                    command = [os.path.join(build, "bin", f"overhead_{name}"), str(count), str(amount)]
                    run, = runs.spawn(build, command, dict(os.environ), kind.environment(build, folder), folder)
                    results.setdefault((kind.name, count), []).append(run)
    pairs = amount * OPERATIONS[name]
    facts = {"program": name, "load": loads, "kinds": {}}
    for kind in ways:
        cpu = [measure.median(results[kind.name, count], "cpu") / count / pairs * 1e9 for count in (1, 2)]
        native = [measure.median(results[kinds.NATIVE, count], "cpu") / count / pairs * 1e9 for count in (1, 2)]
        wall = [measure.median(results[kind.name, count], "wall") for count in (1, 2)]
        facts["kinds"][kind.name] = {"cpu_ns": cpu, "added_ns": [ours - alone for ours, alone in zip(cpu, native)],
                                     "throughput": 2 * wall[0] / wall[1]}
    return facts


def measure_all(build, all_kinds, rounds, quick):
    ways = [kind for kind in all_kinds if kind.name in WAYS]
    return [measure_program(name, build, ways, rounds, amount // (10 if quick else 1)) for name, amount in PROGRAMS.items()]


def show(printer, facts):
    printer.part("threads", "Threads")
    rows = []
    for one in facts:
        for kind, figures in one["kinds"].items():
            added = ["", ""] if kind == kinds.NATIVE else map(tables.nanoseconds, figures["added_ns"])
            rows.append([f"{one['program']}, {kind}", *map(tables.nanoseconds, figures["cpu_ns"]), *added,
                         tables.ratio(figures["throughput"])])
    printer.table(["CPU time of a pair", "1 thread", "2 threads", "added, 1", "added, 2", "2 threads do"], rows)
