#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a call through prof.h costs in a process without the recorder, in the machine code of absent.cpp.

Side: tests. Usage: absent.py OBJDUMP OBJECT. From the beginning of each function, with the branch for "absent" taken, to
its end: one load of the function's address, one test, one branch, and what returns the answer.
"""
import re
import subprocess
import sys

MOST = 6  # load, test, branch, answer, return; and what a compiler for indirect branch tracking begins with
CALLS = 6


def functions(objdump, path):
    """{name: [(address, mnemonic, operands)]}"""
    text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True, capture_output=True, text=True).stdout
    found, lines = {}, None
    for line in text.splitlines():
        begin = re.match(r"[0-9a-f]+ <(call_\w+)>:", line)
        step = re.match(r"\s+([0-9a-f]+):\s+(\S+)\s*(.*)", line)
        if begin:
            lines = found[begin.group(1)] = []
        elif not line.strip():
            lines = None
        elif step and lines is not None:
            lines.append((int(step.group(1), 16), step.group(2), step.group(3)))
    return found


def absent_path(lines):
    """The steps when the tested address is null: `je` is taken, `jne` is not."""
    by_address, steps, at = {line[0]: index for index, line in enumerate(lines)}, [], 0
    while at < len(lines):
        _, name, operands = lines[at]
        steps.append(name)
        if name.startswith("ret") or name == "call":
            break
        target = by_address.get(int(operands.split()[0], 16)) if name in ("je", "jmp") and operands[0].isalnum() else None
        at = at + 1 if target is None else target
    return steps


def main():
    found = functions(*sys.argv[1:])
    assert len(found) == CALLS, found.keys()
    for name, lines in found.items():
        steps = absent_path(lines)
        tests, branches = [s for s in steps if s[:4] in ("test", "cmp", "cmpq")], [s for s in steps if s in ("je", "jne")]
        print(f"{name}: {' '.join(steps)}")
        assert len(tests) == len(branches) == 1 and steps[-1].startswith("ret") and len(steps) <= MOST, (name, lines)


if __name__ == "__main__":
    main()
