# SPDX-License-Identifier: MIT
"""From the start of the program to an answer: recording, snapshots and heapdiff, beside heaptrack and heaptrack_print.

Side: tests, bench. Ours: the program, a snapshot when it has done half of its work, one at its end, and `heapdiff` of the two:
once with a cold cache of symbols, as the first time that a binary is looked at, and once more. Heaptrack: its script, whose
interpreter works beside the program, and `heaptrack_print` of what it wrote. CPU time of all of it, less that of the program alone.
"""
import glob
import os
import tempfile
import time

import cpu
import kinds
import measure
import programs
import runs
import tables

NAMES = ("xmllint", "jq", "python3", "sqlite3")
QUICK_NAMES = ("jq",)  # not smaller, though: there must be time for a snapshot in the middle


def cpu_seconds(pid):
    """So far, by the clock that counts in ticks; None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child_of(pid):
    while True:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            words = file.read().split()
        if words:
            return int(words[0])
        time.sleep(0.001)


def snapshot_when(one, spawner, half):
    """Takes a snapshot of the program once it has used so many seconds; the CPU time that asking for it took."""
    pid = child_of(spawner)
    while (used := cpu_seconds(pid)) is not None and used < half:
        time.sleep(0.005)
    command = [os.path.join(one.build, "bin/heapkit"), "snapshot", str(pid), "-o", os.path.join(one.folder, "middle.heap")]
    return runs.spawn(one.build, command, {"PATH": "/usr/bin:/bin", "HOME": one.folder}, {}, one.folder)[0]["cpu"]


def heapdiff(one, cache):
    final, = set(glob.glob(os.path.join(one.folder, "*.heap"))) - {os.path.join(one.folder, "middle.heap")}
    environment = {"PATH": "/usr/bin:/bin", "HOME": one.folder, "XDG_CACHE_HOME": cache}
    command = [os.path.join(one.build, "bin/heapdiff"), os.path.join(one.folder, "middle.heap"), final]
    return runs.spawn(one.build, command, environment, {}, one.folder)[0]["cpu"]


def ours(one, native_cpu):
    """CPU seconds the first time, and with the symbols known."""
    asked = []
    with runs.without_leftovers(one.folder), tempfile.TemporaryDirectory() as cache:
        result, = runs.spawn(one.build, one.command, one.program.base_environment(one.folder),
                             kinds.recorded("memory=force")(one.build, one.folder), one.folder,
                             meanwhile=lambda spawner: asked.append(snapshot_when(one, spawner, native_cpu / 2)))
        recorded = result["cpu"] + sum(asked)
        return {"first": recorded + heapdiff(one, cache), "cpu": recorded + heapdiff(one, cache)}


def theirs(one):
    environment = one.program.base_environment(one.folder)
    with runs.without_leftovers(one.folder):
        recorded, = runs.spawn(one.build, ["heaptrack", "-o", "whole", *one.command], environment, {}, one.folder)
        written, = glob.glob(os.path.join(one.folder, "whole.*"))
        printed, = runs.spawn(one.build, ["heaptrack_print", "-f", written], environment, {}, one.folder)
    return {"cpu": recorded["cpu"] + printed["cpu"]}


def measure_program(program, build, rounds, scale):
    alone, of_ours, of_theirs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        one = cpu.Measurement(program, build, folder, scale)
        for _ in range(rounds):
            alone.append(one.run(kinds.KINDS[0]))
            of_ours.append(ours(one, alone[-1]["cpu"]))
            of_theirs.append(theirs(one))
    native = measure.median(alone, "cpu")
    added = {"first": measure.median(of_ours, "first") - native, "again": measure.median(of_ours, "cpu") - native,
             "heaptrack": measure.median(of_theirs, "cpu") - native}
    return {"program": program.name, "native_seconds": native, "added_seconds": added,
            "times_less": {when: added["heaptrack"] / added[when] for when in ("first", "again")}}


def measure_all(build, all_kinds, rounds, quick):
    if all(kind.name != kinds.HEAPTRACK for kind in all_kinds):
        return []
    return [measure_program(program, build, rounds, program.full)
            for program in programs.named(QUICK_NAMES if quick else NAMES) if program.missing() is None]


def show(printer, facts):
    printer.part("whole", "The whole tool")
    printer.table(["", "native", "ours adds, the first time", "ours adds, symbols known", "heaptrack adds", "times less, the first time",
                   "times less, symbols known"],
                  [[one["program"], f"{one['native_seconds']:.2f} s",
                    *(f"{one['added_seconds'][when]:.2f} s" for when in ("first", "again", "heaptrack")),
                    *(f"{one['times_less'][when]:.1f}" for when in ("first", "again"))] for one in facts])
