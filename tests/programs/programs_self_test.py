#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The comparison of programs.py notices output, files and exit codes that differ and a hang.

Side: tests. Usage: programs_self_test.py LIBPROF
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import programs  # noqa: E402
from program_table import Program  # noqa: E402

SEES_US = "grep -q prof /proc/$$/maps"
SAME = {"nothing to see": "echo one; echo two > file; exit 3"}
DIFFERENT = {
    "output": f"{SEES_US} && echo seen",
    "errors": f"{SEES_US} && echo seen >&2",
    "files": f"{SEES_US} && echo seen > file; true",
    "status": f"{SEES_US} && exit 7; exit 0",
    "hangs": f"{SEES_US} && sleep 60; true",
    "differs from itself": "echo $$",
}


def problems_of(script, libprof):
    return programs.check(Program("self", "bash", "bash", script, "a test"), libprof, 1)["problems"]


def main():
    programs.TIMEOUT = 10
    libprof, failed = os.path.abspath(sys.argv[1]), 0
    for what, script in SAME.items():
        found = problems_of(script, libprof)
        failed += bool(found)
        print(f"{what}: {found or 'the same'}")
    for what, script in DIFFERENT.items():
        found = problems_of(script, libprof)
        noticed = any(what in problem for problem in found)
        failed += not noticed
        print(f"{what}: {'noticed' if noticed else f'NOT noticed: {found}'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
