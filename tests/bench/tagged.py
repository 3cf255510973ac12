#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instructions of a tagged allocation and of an untagged one, of scopes, without the recorder and with it.

Side: tests, bench. Usage: tagged.py BENCH_TAGGED BENCH_TAGGED_LINKED [FOLDER…]
Counted by valgrind's cachegrind, as the difference of two counts of operations. It runs programs that link the recorder,
not those into which it is preloaded. FOLDERs have a libprof.so each, to stand beside the one that was linked.
"""
import os
import re
import subprocess
import sys

FEW, MANY = 2_000, 12_000


def instructions(program, folder, kind, count):
    environment = {**os.environ, "PROF": "exit=off", "LD_LIBRARY_PATH": folder}
    environment.pop("LD_PRELOAD", None)
    result = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                             program, kind, str(count)], env=environment, capture_output=True, text=True)
    return int(re.search(r"I\s+refs:\s+([\d,]+)", result.stderr).group(1).replace(",", ""))


def main():
    alone, linked = sys.argv[1:3]
    columns = [("alone", alone, ""), ("recorded", linked, ""), *((folder, linked, folder) for folder in sys.argv[3:])]
    kinds = subprocess.run([alone, "?"], capture_output=True, text=True).stdout.splitlines()
    print(f"{'instructions an operation':26}", *(f"{name:>20}" for name, _, _ in columns))
    for kind in kinds:
        counts = [(instructions(program, folder, kind, MANY) - instructions(program, folder, kind, FEW)) / (MANY - FEW)
                  for _, program, folder in columns]
        print(f"{kind:26}", *(f"{count:20.1f}" for count in counts), flush=True)


if __name__ == "__main__":
    main()
