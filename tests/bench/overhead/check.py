#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The overhead benchmark runs, writes what it should, and its bars can be missed.

Side: tests. Usage: check.py BUILD_FOLDER. Two small programs, one round; no figure is looked at, as a test machine is busy.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)] + [os.path.join(HERE, "../..", name) for name in ("programs", "support")]

import bars  # noqa: E402
import kinds  # noqa: E402

NAMES = ["exceptions", "hot loop"]
OURS = [kinds.NATIVE, kinds.COUNTING, kinds.RECORDING, kinds.SNAPSHOT]


def check_what_is_written(facts):
    assert facts["machine"]["cores"] >= 1 and facts["machine"]["kernel"] and facts["machine"]["processor"], facts["machine"]
    assert facts["rounds"] == 1 and facts["quick"] and facts["seconds"] > 0
    assert [one["program"] for one in facts["cpu"]] == NAMES, facts["cpu"]
    for one in facts["cpu"]:
        assert one["allocations"] > 100_000, one["allocations"]
        assert set(OURS) <= set(one["kinds"]) <= set(facts["kinds"]), one["kinds"].keys()
        assert len(one["load"]) == 1 and len(one["load"][0]) == 2, one["load"]
        for figures in one["kinds"].values():
            assert figures["cpu_seconds"] > 0 and figures["rss"] > 2**20 and len(figures["all_cpu_seconds"]) == 1, figures
        assert one["snapshot"]["snapshots"] == 1 and one["snapshot"]["snapshot_bytes"] > 1000, one["snapshot"]
    assert {bar["verdict"] for bar in facts["bars"]} <= {"met", "met, and the stretch", "missed"}, facts["bars"]


def check_tables(printed):
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert any(row.startswith("| hot loop |") for row in rows), printed
    for before, rule in zip(rows, rows[1:]):
        if rule.startswith("|---"):
            assert before.count("|") == rule.count("|"), before


def answer(program, group, share, ratio):
    return {"program": program, "group": group, "share": share,
            "kinds": {kinds.RECORDING: {"ratio": ratio, "added_ns": 20.0}}}


def check_bars():
    good, bad = (bars.all_of({"cpu": [answer("a", "ordinary", share, ratio), answer("b", "ordinary", share, ratio),
                                      answer("hot loop", "extreme", share, ratio)]}) for share, ratio in ((0.1, 1.1), (0.9, 2.0)))
    assert [bar.verdict() for bar in good] == ["met, and the stretch"] * 3 + ["met"] * 2, [bar.row() for bar in good]
    assert [bar.verdict() for bar in bad] == ["missed"] * 4 + ["met"], [bar.row() for bar in bad]


def main():
    check_bars()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "facts.json")
        printed = subprocess.run([sys.executable, HERE, sys.argv[1], "--quick", "--rounds", "1", "--markdown", "--json", path,
                                  *NAMES], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        with open(path, encoding="utf-8") as file:
            check_what_is_written(json.load(file))
    check_tables(printed)


if __name__ == "__main__":
    main()
