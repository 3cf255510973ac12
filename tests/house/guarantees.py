#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that each test that docs/guarantees.md names is one: guarantees.py SOURCES BUILD.

Side: tests. A row's last cell has the tests, each in backquotes. A row without one must say in bold that it has none.
"""
import json
import os
import re
import subprocess
import sys


def rows(text):
    """(line number, cells) of each row of a table whose last column is "held by"."""
    held = False
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells and cells[-1] == "held by":
            held = True
        elif not cells:
            held = False
        elif held and not set("".join(cells)) <= set("-"):
            yield number, cells


def problems(text, tests):
    for number, cells in rows(text):
        named = re.findall(r"`([^`]+)`", cells[-1])
        if not named and "**" not in "".join(cells[:-1]):
            yield f"line {number}: no test holds it, and it does not say so: {cells[0]}"
        for name in named:
            if name not in tests:
                yield f"line {number}: there is no test {name}"


def tests_in(build):
    answer = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True, text=True, check=True)
    return {test["name"] for test in json.loads(answer.stdout)["tests"]}


def main(sources, build):
    with open(os.path.join(sources, "docs/guarantees.md"), encoding="utf-8") as file:
        text = file.read()
    found = list(problems(text, tests_in(build)))
    for problem in found:
        print("docs/guarantees.md: " + problem)
    count = len(list(rows(text)))
    print(f"{count} guarantees, {len(found)} problem(s)")
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
