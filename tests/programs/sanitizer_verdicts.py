# SPDX-License-Identifier: MIT
"""LeakSanitizer's verdict on each case of lost.cpp: sanitizer_verdicts.py PROGRAM_WITH_LEAK_SANITIZER

Side: tests. What was agreed with memcheck, and is heapkit's verdict (leak_verdicts.py), is LeakSanitizer's as well, with these
differences: it knows no block that is possibly lost, but takes any pointer into one for a holder; it calls every block of
a lost cycle indirectly lost; an empty block has a byte; and it looks for no pointers in mappings of the program's own.
Ends with 77, and says why, where it cannot stop a process to look at it.
"""
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv[1]
SKIPPED = 77
CYCLES = {"ring", "shared_cycle", "map"}
OTHERWISE = {"own_mapping": (1, 64), "empty_block": (1, 1)}


def ask(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, encoding="utf-8", check=False, timeout=60)


def cases():
    """(name, blocks and bytes that are definitely, then indirectly lost) of each."""
    for line in ask().stdout.splitlines():
        name, definite, indirect, _ = line.split()
        yield name, *(tuple(map(int, each.split("/"))) for each in (definite, indirect))


def verdict(name):
    """The same of LeakSanitizer."""
    sums = {"Direct": (0, 0), "Indirect": (0, 0)}
    for kind, size, blocks in re.findall(r"^(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object", ask(name).stderr, re.M):
        sums[kind] = (sums[kind][0] + int(blocks), sums[kind][1] + int(size))
    return sums["Direct"], sums["Indirect"]


def together(one, other):
    return (one[0] + other[0], one[1] + other[1])


class LeakSanitizer(unittest.TestCase):
    def test_it_says_what_was_agreed(self):
        found = list(cases())
        self.assertGreater(len(found), 20)
        for name, definite, indirect in found:
            with self.subTest(name):
                direct, behind = verdict(name)
                if name in OTHERWISE:
                    self.assertEqual((direct, behind), (OTHERWISE[name], (0, 0)))
                elif name in CYCLES:
                    self.assertEqual((direct, behind), ((0, 0), together(definite, indirect)))
                else:
                    self.assertEqual((direct, behind), (definite, indirect))


if __name__ == "__main__":
    if "LeakSanitizer has encountered a fatal error" in ask("list").stderr:
        print("skipped: LeakSanitizer cannot stop a process here")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
