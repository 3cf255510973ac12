# SPDX-License-Identifier: MIT
"""Instructions of whole programs, which a busy machine does not change; and those of the hot path, which are guarded.

Side: tests, bench. valgrind's cachegrind counts a small run of each program, alone and recorded. Its counts of one program
repeat to about 0.1 %. The hot path's are counted by tests/bench/instructions, and shown from its approved bars.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

import cpu
import kinds
import programs
import tables

LOADER = "/lib64/ld-linux-x86-64.so.2"
NAMES = ("xmllint", "jq", "python3", "sqlite3", "perl", "exceptions", "git log -p", "hot loop", "recursion")
QUICK_NAMES = ("sqlite3", "hot loop")
WAYS = (kinds.NATIVE, kinds.COUNTING, kinds.RECORDING, kinds.SAMPLING)
BARS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../instructions/bars.json")


def count(one, kind):
    environment = {**one.program.base_environment(one.folder), **kind.environment(one.build, one.folder)}
    library = environment.pop("LD_PRELOAD", None)
    preload = ["--preload", library] if library else []
    command = [shutil.which("valgrind"), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
               LOADER, *preload, *one.command]
    # Through the dynamic linker: valgrind itself is not to be recorded.
    said = subprocess.run(command, cwd=one.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"I\s+refs:\s+([\d,]+)", said).group(1).replace(",", ""))


def measure_program(program, build, ways):
    with tempfile.TemporaryDirectory() as folder:
        one = cpu.Measurement(program, build, folder, program.quick)
        allocations = cpu.count_allocations(program, build, folder, one.command, program.quick)
        counts = {kind.name: count(one, kind) for kind in ways}
    return {"program": program.name, "allocations": allocations, "instructions": counts}


def measure_all(build, all_kinds, quick):
    if shutil.which("valgrind") is None:
        return {}
    ways = [kind for kind in all_kinds if kind.name in WAYS]
    with open(BARS, encoding="utf-8") as file:
        guarded = json.load(file)
    return {"programs": [measure_program(program, build, ways) for program in programs.named(QUICK_NAMES if quick else NAMES)
                         if program.missing() is None], "hot_path": guarded}


def show(printer, facts):
    if not facts:
        return
    printer.part("instructions", "Instructions, of small runs")
    names = [name for name in facts["programs"][0]["instructions"] if name != kinds.NATIVE]
    rows = []
    for one in facts["programs"]:
        native = one["instructions"][kinds.NATIVE]
        cells = []
        for name in names:
            more = one["instructions"][name] - native
            cells += [tables.ratio(1 + more / native), f"{more / one['allocations']:.0f}"]
        rows.append([one["program"], tables.millions(one["allocations"]), tables.millions(native), *cells])
    printer.table(["", "allocations", "native"] + [cell for name in names for cell in (name, "added each")], rows)
    printer.part("hot path", "Instructions of the hot path")
    printer.table(["added to a pair of malloc and free", "instructions"],
                  [[name, f"{value:.0f}"] for name, value in facts["hot_path"].items()])
