#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the hot path take as many instructions as were approved?

Usage: instructions.py BENCH_INSTRUCTIONS LIBPROF BARS [--approve] [--self-test] [--show]

Counts what the recorder adds to each kind of operation of drivers.cpp, and to the start of /bin/true, with valgrind's
callgrind, which repeats to about 0.1 %, however busy the machine is. A count that is more than 1.5 % and 2 instructions
above its bar fails (the start 5 %, as it depends on names of files). One that is as far below is said, so that the gain is
approved and not lost again unseen; it is no failure, as another machine's libc may be the cause. --approve writes BARS
anew; read the difference before it is committed. --show prints and compares nothing; --self-test also checks that each
bar would notice a slip. Ends with 77, "skipped", without valgrind.
"""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

START = "/bin/true, from start to end"
SHARE, SHARE_OF_START, LEAST = 0.015, 0.05, 2.0
LOADER = "/lib64/ld-linux-x86-64.so.2"


def totals(command, agent):
    """Instructions between one call of boundary() and the next, and from the last to the end."""
    environment = {"PATH": os.environ["PATH"], "PROF": "exit=off"}
    preload = ["--preload", agent] if agent else []
    with tempfile.TemporaryDirectory() as folder:
        # Through the dynamic linker: valgrind itself, which may be a shell script, is not to be recorded.
        result = subprocess.run([shutil.which("valgrind"), "--tool=callgrind", "--dump-after=boundary", "--dump-line=no",
                                 f"--callgrind-out-file={folder}/out", LOADER, *preload, *command],
                                env=environment, cwd="/", capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{command} ended with {result.returncode} under valgrind:\n{result.stderr}")
        numbered = sorted(glob.glob(f"{folder}/out.*"), key=lambda name: int(name.rpartition(".")[2]))
        return [total(name) for name in [*numbered, f"{folder}/out"]]


def total(name):
    with open(name, encoding="utf-8") as file:
        return int(re.findall(r"^totals: (\d+)", file.read(), re.M)[-1])


def count_operations(program, agent):
    """{kind: instructions that the recorder adds to one operation}, and what it adds to /bin/true."""
    listed = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout.splitlines()
    operations, kinds = int(listed[0]), listed[1:]
    alone, recorded = (totals([program], library) for library in ("", agent))
    counts = {}
    for i, kind in enumerate(kinds):
        few, many = 3 * i + 1, 3 * i + 2
        counts[kind] = (recorded[many] - recorded[few] - (alone[many] - alone[few])) / operations
    counts[START] = sum(totals(["/bin/true"], agent)) - sum(totals(["/bin/true"], ""))
    return {kind: round(count, 1) for kind, count in counts.items()}


def side_of(kind, count, bar):
    """1: above its bar; -1: below; 0: as approved."""
    margin = max((SHARE_OF_START if kind == START else SHARE) * bar, LEAST)
    return (count > bar + margin) - (count < bar - margin)


def lines_of(counts, bars, side):
    return [f"{kind}: {counts[kind]} instructions, approved were {bars[kind]}"
            for kind in counts if kind in bars and side_of(kind, counts[kind], bars[kind]) == side]


def judge(counts, bars):
    """A line for each count that is above its bar, and for each that has no bar or the other way round."""
    return lines_of(counts, bars, 1) + [f"{kind}: counted and not approved, or the other way round" for kind in counts.keys() ^ bars.keys()]


def check_judge(counts):
    """Each count alone, 6 % higher, must be noticed; so must one that is missing; and the counts themselves must pass."""
    if judge(counts, counts):
        sys.exit("the comparison refuses what was approved")
    for kind, count in counts.items():
        slipped = {**counts, kind: count * 1.06 + LEAST}
        missing = {other: value for other, value in counts.items() if other != kind}
        if len(judge(slipped, counts)) != 1 or len(judge(missing, counts)) != 1:
            sys.exit(f"the comparison does not notice a slip of: {kind}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("agent")
    parser.add_argument("bars")
    parser.add_argument("--approve", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    given.program, given.agent = os.path.abspath(given.program), os.path.abspath(given.agent)
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: nothing was counted")
        sys.exit(77)
    counts = count_operations(given.program, given.agent)
    if given.show:
        for kind, count in counts.items():
            print(f"{kind:32}{count:12}")
        return
    if given.approve:
        with open(given.bars, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=1)
            file.write("\n")
        return
    if given.self_test:
        check_judge(counts)
    with open(given.bars, encoding="utf-8") as file:
        bars = json.load(file)
    wrong = judge(counts, bars)
    print("\n".join(wrong) or f"{len(counts)} counts are no higher than was approved")
    if gains := lines_of(counts, bars, -1):
        print("\n".join(["Lower, to be approved:", *gains]))
    if wrong:
        print("When this is meant: instructions.py … --approve, and say in the commit why.")
        sys.exit(1)


if __name__ == "__main__":
    main()
