# SPDX-License-Identifier: MIT
"""Every screen is as it was approved: screens.py BIN_FOLDER [--approve]

Approved screens are in screens/; after a change that is meant, run tests/cli/approve and read the difference."""
import difflib
import pathlib
import shlex
import sys

from asking import Fixtures

SCREENS = {
    "diff": "heapdiff 1.heap 2.heap",
    "diff-by-function": "heapdiff 1.heap 2.heap --by function",
    "diff-new": "heapdiff 1.heap 2.heap --new --limit 2",
    "diff-conditions": "heapdiff 1.heap 2.heap --limit 1 --fail-on 'growth(*Session*) > 0' --fail-on 'total_growth > 1GiB'",
    "diff-losses": "heapdiff 1.heap rerun.heap",
    "diff-swapped": "heapdiff 2.heap 1.heap",
    "diff-other-program": "heapdiff 1.heap other.heap",
    "diff-new-across-runs": "heapdiff 1.heap rerun.heap --new",
    "diff-wrong-condition": "heapdiff 1.heap 2.heap --fail-on 'growth(Session) >> 0'",
    "stats": "heapkit stats 1.heap",
    "stats-cumulative": "heapkit stats 1.heap --cumulative --by function",
    "stats-traceback": "heapkit stats 1.heap --by traceback",
    "stats-temporary": "heapkit stats 1.heap --metric temporary",
    "stats-allocated": "heapkit stats 1.heap --metric allocated --limit 1",
    "stats-raw": "heapkit stats 1.heap --raw-frames",
    "stats-nothing": "heapkit stats 1.heap --include nowhere.cpp",
    "types": "heapkit types 1.heap",
    "waste": "heapkit waste 1.heap --limit 2",
    "growth": "heapkit growth 1.heap 2.heap 3.heap",
    "growth-none": "heapkit growth 1.heap 1.heap",
    "info": "heapkit info evil.heap",
    "flamegraph": "heapkit flamegraph 2.heap 1.heap -o x.svg",
    "no-such-file": "heapkit stats nowhere.heap",
    "wrong-option": "heapkit stats 1.heap --limt 3",
    "wrong-command": "heapkit stast 1.heap",
    "help": "heapkit --help",
    "help-stats": "heapkit stats --help",
    "help-diff": "heapdiff --help",
    "help-backrefs": "heapkit backrefs --help",
    "expect-leaks": "heapkit expect --no-leaks 1.heap 2.heap",
    "expect-unknown": "heapkit expect --no-growth Sesion 1.heap 2.heap",
    "expect-other-run": "heapkit expect --no-growth Session 1.heap rerun.heap",
    "expect-two-things": "heapkit expect --no-leaks --no-growth Session 1.heap 2.heap",
    "wrong-picture": "heapkit backrefs 1.heap --type Session -o who.bmp",
    "wrong-type": "heapkit objects 1.heap --type Sesion",
}
FOLDER = pathlib.Path(__file__).parent / "screens"


def screen_of(fixtures, command):
    answer = fixtures.ask(*shlex.split(command))
    text = f"$ {command}\n{answer.stdout}"
    if answer.stderr:
        text += f"(standard error)\n{answer.stderr}"
    if answer.returncode:
        text += f"(exit status {answer.returncode})\n"
    return text


def main():
    fixtures = Fixtures(sys.argv[1])
    approve = "--approve" in sys.argv[2:]
    wrong = 0
    for name, command in SCREENS.items():
        path = FOLDER / f"{name}.txt"
        screen = screen_of(fixtures, command)
        approved = path.read_text(encoding="utf-8") if path.exists() else ""
        if screen == approved:
            continue
        if approve:
            path.write_text(screen, encoding="utf-8")
            continue
        wrong += 1
        sys.stdout.writelines(difflib.unified_diff(approved.splitlines(True), screen.splitlines(True),
                                                   f"approved/{name}", f"now/{name}"))
    surplus = [path.name for path in FOLDER.glob("*.txt") if path.stem not in SCREENS]
    if surplus:
        print("approved screens that nobody shows:", ", ".join(surplus))
    return 1 if wrong or surplus else 0


sys.exit(main())
