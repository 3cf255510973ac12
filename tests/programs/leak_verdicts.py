# SPDX-License-Identifier: MIT
"""Each case of lost.cpp has the agreed verdict: leak_verdicts.py BUILD_FOLDER PROGRAM [--memcheck]

Side: tests. With --memcheck that is asked too, for the table must be what it says; it takes a second a case.
"""
import os
import subprocess
import sys
import tempfile
import unittest

import verdicts

BUILD, PROGRAM = (os.path.abspath(path) for path in sys.argv[1:3])
LOST = verdicts.KINDS[:3]
# glibc refers to a thread's vector of thread-local storage at its byte 16; the agent knows it, memcheck does not.
THREADS_VECTOR = {"ended_thread": 1}


def cases():
    """(name, the agreed verdict) of each."""
    for line in subprocess.run([PROGRAM], capture_output=True, encoding="ascii", check=True).stdout.splitlines():
        name, *sums = line.split()
        yield name, {kind: tuple(map(int, sum_.split("/"))) for kind, sum_ in zip(LOST, sums)}


def by_default(command, folder):
    return [verdicts.heapkit_verdict(BUILD, path, folder, "") for path in verdicts.snapshots(BUILD, command, folder)]


class Verdicts(unittest.TestCase):
    def asked(self, ask, name):
        """The verdict at the end, of what is lost."""
        with tempfile.TemporaryDirectory(prefix="heapkit-lost-") as folder:
            answers = ask([PROGRAM, name], folder)
        self.assertEqual(len(answers), 1, name)
        return {kind: answers[0][kind] for kind in LOST}

    def test_heapkit_says_what_was_agreed(self):
        for name, agreed in cases():
            with self.subTest(name):
                self.assertEqual(self.asked(lambda *words: verdicts.heapkit(BUILD, *words), name), agreed)
                self.assertEqual(self.asked(by_default, name), agreed)

    @unittest.skipUnless("--memcheck" in sys.argv, "by hand")
    def test_memcheck_says_the_same(self):
        for name, agreed in cases():
            with self.subTest(name):
                answer = self.asked(verdicts.memcheck, name)
                if name in THREADS_VECTOR:
                    self.assertEqual(answer.pop("possibly lost")[0], THREADS_VECTOR[name])
                    agreed.pop("possibly lost")
                self.assertEqual(answer, agreed)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
