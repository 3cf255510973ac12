#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many blocks of real programs have a type, how often two techniques agree, and how many references have a name?

Usage: corpus.py BUILD_FOLDER PROGRAMS_FOLDER [NAME…] [--keep FOLDER] [--json FILE]

programs/NAME.sh says how one is run under the agent and leaves snapshots; its head says what the executable in
PROGRAMS_FOLDER is, and how it was built from Debian's source. The snapshot with the most live blocks is looked at:
as it is, then with an executable that has no debug information, then with one that has no symbols. heapkit types runs
with its cache cold once, then warm.
"""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.dont_write_bytecode = True

import measure  # noqa: E402

SURE = {"certain", "high"}


def head_of(recipe):
    with open(recipe, encoding="utf-8") as file:
        return dict(re.findall(r"^# ([a-z ]+): (.*)$", file.read(), re.M))


def output_of(command, environment):
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


class Bench:
    """One build of heapkit, one folder of programs, one folder for snapshots."""

    def __init__(self, build, programs, folder):
        self.build, self.programs, self.folder = os.path.abspath(build), os.path.abspath(programs), folder
        self.heapkit = os.path.join(self.build, "bin/heapkit")
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"}

    def with_cache(self, folder):
        return self.environment | {"XDG_CACHE_HOME": folder}

    def live_blocks(self, snapshot):
        heading = output_of([self.heapkit, "stats", snapshot, "--json", "--limit", "1"], self.environment)
        return heading["snapshots"][0]["live_blocks"]

    def record(self, name):
        """The snapshot with the most blocks."""
        out = os.path.join(self.folder, name)
        os.makedirs(out)
        environment = self.with_cache(self.folder) | {"HEAPKIT": self.heapkit, "PROGRAMS": self.programs,
                                                      "INPUTS": self.folder, "OUT": out}
        done = subprocess.run([os.path.join(HERE, "programs", name + ".sh")], env=environment, capture_output=True)
        snapshots = glob.glob(os.path.join(out, "*.heap"))
        if not snapshots:
            raise RuntimeError(f"{name} left no snapshot:\n{done.stderr.decode(errors='replace')}")
        largest = sorted(snapshots, key=os.path.getsize)[-3:]
        return max(largest, key=self.live_blocks)

    def figures(self, snapshot):
        with tempfile.TemporaryDirectory() as cache:
            environment = self.with_cache(cache)
            runs = [measure.run([self.heapkit, "types", snapshot], environment, self.folder) for _ in range(2)]
            evidence = output_of([self.heapkit, "types", snapshot, "--by", "evidence", "--json"], environment)["answers"]
            found = output_of([os.path.join(self.build, "bin/bench_typing"), snapshot], environment)
        return found | {"evidence": evidence["evidence"]["rows"], "agreement": evidence["agreement"]["rows"],
                        "cold": runs[0], "warm": runs[1]}

    def figures_stripped(self, snapshot, executable, options):
        """The same snapshot, with another file in the executable's place; its build-id stays."""
        kept = executable + ".whole"
        os.rename(executable, kept)
        try:
            subprocess.run(["objcopy", *options, kept, executable], check=True)
            return self.figures(snapshot)
        finally:
            os.replace(kept, executable)

    def measure(self, name):
        head = head_of(os.path.join(HERE, "programs", name + ".sh"))
        executable = os.path.join(self.programs, head["program"])
        snapshot = self.record(name)
        return {"name": name} | head | {
            "whole": self.figures(snapshot),
            "symbols": self.figures_stripped(snapshot, executable, ["--strip-debug"]),
            "stripped": self.figures_stripped(snapshot, executable, ["--strip-all"]),
        }


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "–"


def typed(figures):
    return percent(figures["blocks"]["typed"], figures["blocks"]["count"])


def agreement(rows):
    both = sum(row["both"] for row in rows)
    return percent(sum(row["both"] * row["same_percent"] / 100 for row in rows), both), both


def trust(rows, levels):
    return f"{sum(row['blocks_percent'] for row in rows if row['trust'] in levels):.1f} %"


def row_of(program):
    whole = program["whole"]
    blocks, edges, first = whole["blocks"], whole["edges"], whole["first_words"]
    same, both = agreement(whole["agreement"])
    return [program["name"], f"{blocks['count']:,}", typed(whole), percent(blocks["typed_bytes"], blocks["bytes"]),
            trust(whole["evidence"], SURE), percent(blocks["labelled"], blocks["count"]), same, f"{both:,}",
            percent(edges["named"], edges["from_typed"]), f"{first['rtti_but_untyped']:,}",
            typed(program["symbols"]), typed(program["stripped"]),
            f"{whole['cold']['wall']:.2f}/{whole['warm']['wall']:.2f} s",
            f"{whole['cold']['rss'] / 2**20:.0f}/{whole['warm']['rss'] / 2**20:.0f} MiB"]


HEADINGS = ["program", "blocks", "typed", "of bytes", "sure", "labelled", "agree", "pairs", "named edges", "missed vtables",
            "symbols only", "stripped", "cold/warm", "memory"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("programs")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep", help="an empty folder for the snapshots, which stay")
    parser.add_argument("--json")
    given = parser.parse_args()
    known = sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(HERE, "programs/*.sh")))
    folder = os.path.abspath(given.keep) if given.keep else tempfile.mkdtemp()
    answers = []
    try:
        subprocess.run([sys.executable, os.path.join(HERE, "inputs.py"), folder], check=True)
        bench = Bench(given.build, given.programs, folder)
        for name in given.names or known:
            answers.append(bench.measure(name))
    finally:
        if not given.keep:
            shutil.rmtree(folder)
    measure.table(HEADINGS, [row_of(program) for program in answers])
    measure.write_json(given.json, answers)


if __name__ == "__main__":
    main()
