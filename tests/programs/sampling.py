#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real programs, sampled: what is estimated must be what the same run, recorded whole, counted, within the margin that
the sampling theory gives.

Side: tests. Usage: sampling.py HEAPKIT LIBPROF. The seed of the sample is fixed; where a program's blocks differ from
run to run, by less than the margin.
"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))
import snapshot_file
import workloads

HEAPKIT = os.path.abspath(sys.argv[1])
RATE = 32 << 10
SIGMAS = 4.5  # one miss in 100,000, of some fifty comparisons

# Keeps what it makes, and ends without giving it back: 60,000 strings, 300 large blocks, and 200,000 that went.
KEEPING = """
import os
kept = [bytearray(40 + i % 300) for i in range(60000)] + [bytearray(20000 + 100 * i) for i in range(300)]
for i in range(200000): bytearray(100 + i % 50)
os._exit(0)
"""

REFUSED = ["backrefs", "refs", "leaks", "cycles", "retained", "tree", "containers", "closures", "waste"]
ANSWERED = [["types"], ["stats"], ["info"], ["stats", "--metric", "peak"],
            ["stats", "--metric", "allocated"], ["flamegraph", "-o", "flame.svg"], ["churn"]]


def heapkit(folder, *words):
    return subprocess.run([HEAPKIT, *words], cwd=folder, capture_output=True, text=True)


def answer(folder, *words):
    done = heapkit(folder, *words, "--json")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def record(folder, name, command, environment, *options):
    output = os.path.join(folder, name)
    done = subprocess.run([HEAPKIT, "run", "-o", output, *options, "--", *command], cwd=folder, capture_output=True,
                          env={**workloads.ENVIRONMENT, "HOME": folder, **environment})
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode(errors="replace"))
    return str(next(pathlib.Path(output).glob("*.heap")))


def sigma_at_most(bytes_in_all):
    """Of an estimated sum of sizes: each block adds (1/p - 1) size², which is at most RATE * size."""
    return math.sqrt(RATE * bytes_in_all)


class Sampling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        command, environment = ["/usr/bin/python3", "-c", KEEPING], {"PYTHONMALLOC": "malloc"}
        sample = ("--sample", "32K", "--set", "seed=7")
        cls.whole = record(cls.folder.name, "whole", command, environment)
        cls.sample = record(cls.folder.name, "sample", command, environment, *sample)
        cls.second = record(cls.folder.name, "second", command, environment, "--sample", "32K", "--set", "seed=8")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ask(self, *words):
        return answer(self.folder.name, *words)

    def test_live_totals_are_within_their_own_margin(self):
        whole, sample = (self.ask("stats", path)["snapshots"][0] for path in (self.whole, self.sample))
        self.assertEqual(sample["sample_bytes"], RATE)
        self.assertGreater(sample["sampled_blocks"], 300)
        for name in ("live_bytes", "live_blocks"):
            sigma = sample[name + "_margin"] / 1.96
            self.assertGreater(sigma, 0)
            self.assertLess(abs(sample[name] - whole[name]), SIGMAS * sigma, name)
        self.assertLess(sample["live_bytes_margin"], whole["live_bytes"] * 0.15)

    def compare_groups(self, whole, sample, key, *words):
        def sizes(path):
            answers = self.ask(*words[:1], path, *words[1:], "--limit", "0")["answers"]
            return {row[key]: row["size"] for table in answers.values() for row in table["rows"]}
        whole_sizes, sample_sizes = sizes(whole), sizes(sample)
        largest = sorted(whole_sizes, key=whole_sizes.get, reverse=True)[:10]
        compared = 0
        for name in largest:
            if whole_sizes[name] < 20 * RATE:
                continue
            off = abs(sample_sizes.get(name, 0) - whole_sizes[name])
            self.assertLess(off, SIGMAS * sigma_at_most(whole_sizes[name]) + 0.01 * whole_sizes[name], (name, words))
            compared += 1
        return compared

    def test_the_largest_sites_are_those_of_the_whole(self):
        self.assertGreater(self.compare_groups(self.whole, self.sample, "function", "stats", "--by", "function"), 0)

    def test_what_was_allocated_and_freed_is_estimated_by_its_sites(self):
        self.assertGreater(self.compare_groups(self.whole, self.sample, "function", "stats", "--by", "function",
                                               "--metric", "allocated"), 0)

    def test_programs_as_they_are_allocate_what_their_sample_says(self):
        for name in ("sqlite3", "jq"):
            work = workloads.named(name)
            if work.path() is None:
                continue
            with tempfile.TemporaryDirectory() as folder:
                work.prepare(folder, 1)
                command = [work.path()] + work.arguments
                whole = record(folder, "whole", command, work.environment)
                sample = record(folder, "sample", command, work.environment, "--sample", "32K", "--set", "seed=7")
                sums = []
                for path in (whole, sample):
                    rows = answer(folder, "stats", path, "--by", "module", "--metric", "allocated", "--limit", "0")
                    sums.append(sum(row["size"] for table in rows["answers"].values() for row in table["rows"]))
                self.assertLess(abs(sums[1] - sums[0]), SIGMAS * sigma_at_most(sums[0]), name)

    def test_each_answer_says_that_it_is_an_estimate(self):
        for words in ANSWERED:
            done = heapkit(self.folder.name, words[0], self.sample, *words[1:])
            self.assertEqual(done.returncode, 0, (words, done.stderr))
            self.assertIn("sample of 1 in 32.0 KiB", done.stdout, words)

    def test_what_needs_every_block_is_refused_with_a_reason(self):
        address = next(snapshot_file.Snapshot(self.sample).rows(10, "<Q"))[0]
        for command in REFUSED:
            words = [command, self.sample] + ([hex(address)] if command in ("backrefs", "refs") else [])
            done = heapkit(self.folder.name, *words)
            self.assertEqual(done.returncode, 2, (command, done.stdout, done.stderr))
            self.assertIn("is a sample", done.stderr, command)
            self.assertIn("--sample", done.stderr, command)

    def test_two_samples_and_a_sample_and_a_whole_are_compared(self):
        for older, newer in ((self.sample, self.second), (self.whole, self.sample)):
            rows = self.ask("diff", older, newer, "--by", "function", "--limit", "0")["answers"]
            self.assertTrue(rows)
            text = heapkit(self.folder.name, "diff", older, newer).stdout
            self.assertIn("sample of 1 in 32.0 KiB", text)
            self.assertIn(" ± ", text)

    def test_leaks_and_hashes_are_refused_before_the_program_runs(self):
        for option in ("--leaks", "--hashes"):
            done = heapkit(self.folder.name, "run", "--sample", "512K", option, "--", "/bin/true")
            self.assertEqual(done.returncode, 2)
            self.assertIn("--sample", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
