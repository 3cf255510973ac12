# SPDX-License-Identifier: MIT
"""CPU time and memory of whole programs, in each way, in turn: medians of interleaved rounds.

Side: tests, bench. A noisy machine is unkind to all ways of a round alike; the load is noted with each.
"""
import os
import sys
import tempfile
import time

import kinds
import machine
import measure
import programs
import runs
import tables

ENOUGH_BLOCKS = 10_000  # of fewer, what is fixed would be most of what each takes
WARMING = (kinds.NATIVE, kinds.RECORDING)  # run once before anything counts


def count_allocations(program, build, folder, command, scale):
    """By a preload that only counts; of a program with an allocator of its own, by us, who alone see it."""
    counts = os.path.join(folder, "counts")
    os.makedirs(counts)
    added = {"LD_PRELOAD": os.path.join(build, "lib/overhead_counting.so"), "COUNTING_FOLDER": counts}
    with runs.without_leftovers(folder):
        load = program.load and (lambda _: program.load(folder, scale))
        runs.spawn(build, command, program.base_environment(folder), added, folder, meanwhile=load)
    return runs.counted(counts)


class Measurement:
    """One program in its folder, which can be run in each way."""

    def __init__(self, program, build, folder, scale):
        self.program, self.build, self.folder, self.scale = program, build, folder, scale
        self.command = program.prepare(folder, build, scale)

    def run(self, kind):
        added = dict(kind.environment(self.build, self.folder))
        if self.program.group == programs.FAMILY and "PROF" in added:
            added["PROF"] += ",follow=on"
        with runs.without_leftovers(self.folder):
            load = self.program.load and (lambda _: self.program.load(self.folder, self.scale))
            result = runs.spawn(self.build, kind.prefix(self.folder) + self.command,
                                self.program.base_environment(self.folder), added, self.folder, meanwhile=load)[0]
            return {**result, **(runs.snapshots_in(self.folder) if kind.name == kinds.SNAPSHOT else {})}


def summary(results, allocations):
    """{kind: medians}, and what each adds to native."""
    native = measure.median(results[kinds.NATIVE], "cpu")
    native_rss = measure.median(results[kinds.NATIVE], "rss")
    facts = {}
    for kind, runs_of_kind in results.items():
        cpu, rss = measure.median(runs_of_kind, "cpu"), measure.median(runs_of_kind, "rss")
        facts[kind] = {"cpu_seconds": cpu, "ratio": cpu / native, "added_ns": (cpu - native) / allocations * 1e9,
                       "rss": rss, "added_rss": rss - native_rss, "spread": measure.spread(runs_of_kind, "cpu"),
                       "all_cpu_seconds": [run["cpu"] for run in runs_of_kind]}
    return facts


def measure_program(program, build, all_kinds, rounds, scale):
    ways = [kind for kind in all_kinds if kind.only(program)]
    results, loads = {kind.name: [] for kind in ways}, []
    with tempfile.TemporaryDirectory() as folder:
        one = Measurement(program, build, folder, scale)
        allocations = count_allocations(program, build, folder, one.command, scale)
        for kind in (kind for kind in ways if kind.name in WARMING):
            one.run(kind)
        for _ in range(rounds):
            before = machine.load()
            for kind in ways:
                results[kind.name].append(one.run(kind))
            loads.append([before, machine.load()])
    if not program.comparable:
        allocations = results[kinds.SNAPSHOT][-1]["allocated_blocks"]
    answer = {"program": program.name, "group": program.group, "note": program.note, "scale": scale,
              "allocations": allocations, "load": loads, "kinds": summary(results, allocations)}
    if kinds.SNAPSHOT in results:
        answer["snapshot"] = {name: results[kinds.SNAPSHOT][-1][name] for name in (
            "snapshots", "snapshot_bytes", "live_blocks", "peak_blocks", "own_bytes")}
        answer["snapshot"]["pause_ns"] = measure.median(results[kinds.SNAPSHOT], "pause_ns")
    if kinds.HEAPTRACK in results and program.comparable:
        answer["share"] = share(answer["kinds"])
    return answer


def share(facts):
    """The CPU time that we add, over what heaptrack adds; None where heaptrack adds nothing that can be told."""
    theirs = facts[kinds.HEAPTRACK]["added_ns"]
    return facts[kinds.RECORDING]["added_ns"] / theirs if theirs > 0 else None


def measure_all(chosen, all_kinds, given, after_each):
    """[answers], and {program: what is missing} of those that were left out. `after_each` gets the answers so far."""
    answers, lacking = [], {}
    for program in chosen:
        if program.missing() is not None:
            lacking[program.name] = program.missing()
            continue
        started = time.monotonic()
        answers.append(measure_program(program, given.build, all_kinds, given.rounds,
                                       program.quick if given.quick else program.full))
        facts = answers[-1]["kinds"][kinds.RECORDING]
        print(f"{program.name}: {facts['ratio']:.2f}x, {facts['added_ns']:.0f} ns"
              f" ({time.monotonic() - started:.0f} s)", file=sys.stderr, flush=True)
        after_each(answers)
    return answers, lacking


def cell(facts, kind):
    one = facts["kinds"].get(kind)
    return f"{tables.ratio(one['ratio'])} ({tables.nanoseconds(one['added_ns'])})" if one else "–"


def name_of(answer):
    return f"{answer['program']}, {answer['note']}" if answer["note"] else answer["program"]


def show(printer, answers, names):
    printer.part("cpu", "CPU time")
    ways = [name for name in names if name != kinds.NATIVE]
    printer.table(["program", "allocations", kinds.NATIVE, *ways, "share"],
                  [[name_of(one), tables.millions(one["allocations"]), f"{one['kinds'][kinds.NATIVE]['cpu_seconds']:.2f} s",
                    *(cell(one, kind) for kind in ways), tables.share(one.get("share"))] for one in answers])
    snapshots = [one for one in answers if one.get("snapshot", {}).get("snapshots")]
    if not snapshots:
        return
    printer.part("programs", "Memory and snapshots of the same programs")
    heaptrack = kinds.HEAPTRACK in names
    printer.table(["program", "peak live blocks", "peak memory", "recording adds", "a peak block",
                   *(["heaptrack adds"] if heaptrack else []), "final snapshot", "CPU time of it", "stood still"],
                  [memory_row(one, heaptrack) for one in snapshots])


def memory_row(one, heaptrack):
    ways, snapshot = one["kinds"], one["snapshot"]
    added = ways[kinds.RECORDING]["added_rss"]
    theirs = ways.get(kinds.HEAPTRACK)
    blocks = snapshot["peak_blocks"]
    counts = blocks >= ENOUGH_BLOCKS and one["group"] != programs.FAMILY
    final = max(0, ways[kinds.SNAPSHOT]["cpu_seconds"] - ways[kinds.RECORDING]["cpu_seconds"])
    return [one["program"], f"{blocks:,}", tables.mebibytes(ways[kinds.NATIVE]["rss"]),
            tables.mebibytes(added), tables.bytes_of(added / blocks) if counts else "",
            *([tables.mebibytes(theirs["added_rss"]) if theirs else "–"] if heaptrack else []),
            tables.file_size(snapshot["snapshot_bytes"]), f"{final:.2f} s", tables.milliseconds(snapshot["pause_ns"] / 1e6)]
