#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The harness notices each way in which a preload can be seen, and nothing where there is none.

Side: tests. Usage: self_test.py PROGRAM SOURCE INVISIBLE VISIBLE…
"""
import os
import subprocess
import sys

HARNESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torture.py")


def differences(program, source, library):
    done = subprocess.run([sys.executable, HARNESS, program, source, library, "/no/heapkit", "--modes", "preloaded"],
                          capture_output=True, text=True, timeout=60, check=False)
    # It writes no snapshot either, which is a difference of its own.
    found = [line for line in done.stdout.splitlines() if line.startswith("preloaded: ") and "no snapshot" not in line]
    return found, done.stdout


def main():
    program, source, invisible, *visible = sys.argv[1:]
    failed = 0
    found, said = differences(program, source, invisible)
    if found:
        print(f"sees a library that does nothing:\n{said}")
        failed += 1
    for library in visible:
        found, said = differences(program, source, library)
        if not found:
            print(f"does not see {library}:\n{said}")
            failed += 1
    print(f"{len(visible)} ways to be seen, {failed} problem(s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
