# SPDX-License-Identifier: MIT
"""heapkit export, of a program whose heap is known: export.py BIN_FOLDER LIBPROF PROGRAM. What is written is read by a
reader of its own, and by go tool pprof where that is installed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from pprof_profile import Profile

HEAPKIT, LIBPROF, PROGRAM = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]
FOLDER = tempfile.TemporaryDirectory()


def heapkit(*words):
    done = subprocess.run([HEAPKIT, *words], capture_output=True, text=True, cwd=FOLDER.name)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def record(name, *options):
    folder = pathlib.Path(FOLDER.name, name)
    heapkit("run", "-o", str(folder), *options, "--", PROGRAM)
    return str(next(folder.glob("*.heap")))


def export(snapshot, *options):
    path = snapshot.replace(".heap", ".pb.gz")
    heapkit("export", snapshot, "-o", path, *options)
    return path


def facts(snapshot):
    return json.loads(heapkit("stats", snapshot, "--json"))["snapshots"][0]


def setUpModule():
    global WHOLE, SAMPLE
    WHOLE, SAMPLE = record("whole"), record("sample", "--sample", "16K", "--set", "seed=7")


class Export(unittest.TestCase):
    def test_a_profile_is_as_profile_proto_wants_it(self):
        for snapshot in (WHOLE, SAMPLE):
            profile = Profile(export(snapshot))
            self.assertEqual(list(profile.problems()), [])
            self.assertEqual(profile.sample_types, [("alloc_objects", "count"), ("alloc_space", "bytes"),
                                                    ("inuse_objects", "count"), ("inuse_space", "bytes")])
            self.assertEqual(profile.default_sample_type, "inuse_space")
            self.assertEqual(profile.period_type, ("space", "bytes"))

    def test_sums_are_those_of_the_snapshot(self):
        for snapshot in (WHOLE, SAMPLE):
            profile, snapshot_facts = Profile(export(snapshot)), facts(snapshot)
            tolerance = 0 if snapshot == WHOLE else 1e-4  # the recorder cuts a byte where the reader rounds
            for name, key in (("inuse_space", "live_bytes"), ("inuse_objects", "live_blocks")):
                self.assertLessEqual(abs(profile.sum(name) - snapshot_facts[key]), tolerance * snapshot_facts[key])
            self.assertGreaterEqual(profile.sum("alloc_space"), profile.sum("inuse_space") * (1 - tolerance))

    def test_the_main_binary_comes_first_with_its_build_id(self):
        mapping = Profile(export(WHOLE)).mappings[0]
        self.assertEqual(os.path.realpath(mapping["file"]), os.path.realpath(PROGRAM))
        notes = subprocess.run(["readelf", "-n", PROGRAM], capture_output=True, text=True, check=True).stdout
        self.assertEqual(mapping["build_id"], re.search(r"Build ID: (\w+)", notes).group(1))

    def test_stacks_begin_at_the_leaf_and_pass_main(self):
        profile = Profile(export(WHOLE))
        live = [profile.names(sample) for sample in profile.samples if sample["values"][3] > 0]
        through_main = [names for names in live if "main" in names]
        self.assertGreater(len(through_main), 0)
        for names in through_main:
            self.assertIn(names[-1], ("_start", "__libc_start_main@@GLIBC_2.34", "__libc_start_main_impl",
                                      "__libc_start_main", "__libc_start_call_main", "_start@@Base"), names)

    def test_live_samples_say_of_what_type_and_thread_and_size(self):
        profile = Profile(export(WHOLE))
        for sample in profile.samples:
            is_live = sample["values"][3] > 0
            self.assertEqual(is_live, "type" in sample["labels"])
            self.assertEqual(is_live, "thread" in sample["labels"])
            if is_live:
                self.assertEqual(sample["labels"]["bytes"], sample["values"][3] // sample["values"][2])
        types = {row["name"] for row in json.loads(heapkit("types", WHOLE, "--json", "--limit", "0"))["answers"]["types"]["rows"]}
        self.assertEqual({sample["labels"]["type"] for sample in profile.samples if "type" in sample["labels"]}, types)
        untyped = Profile(export(WHOLE, "--no-types"))
        self.assertFalse(any("type" in sample["labels"] for sample in untyped.samples))

    def test_a_sample_says_so(self):
        self.assertEqual(Profile(export(WHOLE)).period, 1)
        profile = Profile(export(SAMPLE))
        self.assertEqual(profile.period, 16 << 10)
        self.assertTrue(any("sample of 1 in 16.0 KiB" in comment for comment in profile.comments), profile.comments)

    def test_standard_output_has_the_profile_and_nothing_else(self):
        done = subprocess.run([HEAPKIT, "export", WHOLE, "-o", "-"], capture_output=True, cwd=FOLDER.name, check=True)
        path = os.path.join(FOLDER.name, "piped.pb.gz")
        with open(path, "wb") as file:
            file.write(done.stdout)
        self.assertEqual(list(Profile(path).problems()), [])

    @unittest.skipUnless(shutil.which("go"), "go tool pprof is not installed")
    def test_pprof_itself_reads_it(self):
        done = subprocess.run(["go", "tool", "pprof", "-sample_index=inuse_space", "-unit=b", "-top", export(WHOLE)],
                              capture_output=True, text=True, cwd=FOLDER.name,
                              env={**os.environ, "HOME": FOLDER.name, "PPROF_TMPDIR": FOLDER.name})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Type: inuse_space", done.stdout)
        total = int(re.search(r"(\d+)B total", done.stdout).group(1))
        self.assertLessEqual(abs(total - facts(WHOLE)["live_bytes"]), facts(WHOLE)["live_bytes"] * 0.001)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
