#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Snapshots that nobody asks for, and what bounds them: each function is one sentence of the list in CMakeLists.txt.

Side: tests. Usage: triggers.py NAME LIBPROF FOLDER_OF_PROGRAMS.  Each test works in a new folder of its own.
"""
import os
import sys
import tempfile

from behaviours import environment, facts_of, only, run, snapshots, tool

INTERVAL, GROWTH, PEAK = 4, 5, 6


def grow(milliseconds, megabytes, **options):
    result = run([tool("grows"), str(milliseconds), str(megabytes)], environment(**{"exit": "off", **options}))
    assert result.returncode == 0 and result.stdout == "ran\n", result
    return result


def by_number():
    return sorted(snapshots(), key=lambda path: int(path.split(".")[-2]))


def an_interval_takes_a_snapshot_every_so_often():
    grow(2500, 1, interval="500ms")
    reasons = {facts_of(path)["reason"] for path in snapshots()}
    assert 1 <= len(snapshots()) <= 5 and reasons == {INTERVAL}, snapshots()


def growth_and_peaks_take_one_and_then_a_second_passes():
    grow(1500, 20, growth="2MiB")
    assert 1 <= len(snapshots()) <= 2, snapshots()
    facts = facts_of(by_number()[0])
    assert facts["reason"] == GROWTH and facts["live_bytes"] >= 2 << 20, facts
    for path in snapshots():
        os.unlink(path)
    grow(1500, 20, peak="on")
    assert 1 <= len(snapshots()) <= 2, snapshots()
    assert facts_of(by_number()[0])["reason"] == PEAK


def who_does_not_grow_is_left_alone():
    grow(300, 0, growth="100%", peak="on")
    assert snapshots() == []


def only_the_last_triggered_ones_are_kept():
    grow(2500, 1, interval="100ms", keep=2, exit="on")
    paths = by_number()
    assert len(paths) == 3, paths
    reasons = [facts_of(path)["reason"] for path in paths]
    assert reasons == [INTERVAL, INTERVAL, 1], reasons
    assert int(paths[0].split(".")[-2]) > 1, paths


def a_disk_limit_is_not_passed_and_is_said_once():
    result = grow(1500, 1, interval="100ms", disk="16K")
    assert sum(os.path.getsize(path) for path in snapshots()) <= 16 << 10, snapshots()
    lines = result.stderr.splitlines()
    assert sum("disk=16384" in line for line in lines) == 1, lines
    assert "were refused" in lines[-1] and len(lines) == 2, lines


def wrong_amounts_are_said():
    result = grow(0, 0, interval="soon", growth="0%", peak="maybe", keep=0, disk="much", memory="no")
    assert len(result.stderr.splitlines()) == 6, result.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
        os.chdir("/")
