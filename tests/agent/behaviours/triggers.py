#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Snapshots that nobody asks for, and what bounds them: each function is one sentence of the list in CMakeLists.txt.

Side: tests. Usage: triggers.py NAME LIBPROF FOLDER_OF_PROGRAMS.  Each test works in a new folder of its own.
"""
import os
import sys
import tempfile

from behaviours import Running, environment, facts_of, only, run, snapshots, tool, wait_for

SIGNAL, INTERVAL, GROWTH, PEAK = 3, 4, 5, 6
SNAPSHOT_SIGNAL = 62


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
    os.mkdir("peak")  # a copy may outlive the program, and write here
    os.chdir("peak")
    grow(1500, 20, peak="on")
    assert 1 <= len(snapshots()) <= 2, snapshots()
    assert facts_of(by_number()[0])["reason"] == PEAK


def who_does_not_grow_is_left_alone():
    grow(300, 0, growth="100%", peak="on")
    assert snapshots() == []


# ---- Programs that sleep --------------------------------------------------------------------------------------------

def idle(what, **options):
    return Running([tool("idles"), what], environment(**{"exit": "off", **options}))


def times_interrupted(running):
    return int(running.output.removeprefix("interrupted "))


def thread_count(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def an_interval_wakes_a_program_that_sleeps():
    running = idle("sleep", interval="200ms")
    with running as process:
        wait_for(lambda: len(snapshots()) >= 3)
        assert thread_count(process.pid) == 1
    assert {facts_of(path)["reason"] for path in snapshots()} == {INTERVAL}
    # Once for each, but for one that came while nobody slept.
    assert len(snapshots()) - 1 <= times_interrupted(running) <= len(snapshots()) + 1, running.output


def growth_is_seen_before_a_program_sleeps():
    running = idle("grow", growth="4MiB")
    with running:
        wait_for(snapshots)
    assert facts_of(by_number()[0])["reason"] == GROWTH
    assert times_interrupted(running) == 0, running.output


def growth_within_a_second_of_a_snapshot_wakes_it():
    running = idle("grow-twice", growth="4MiB")
    with running as process:
        wait_for(snapshots)
        process.stdin.write("more\n")
        process.stdin.flush()
        wait_for(lambda: len(snapshots()) == 2)
        last = facts_of(by_number()[1])
        assert last["reason"] == GROWTH and last["live_bytes"] >= 16 << 20, last
    assert times_interrupted(running) == 1, running.output


def who_allocates_is_not_interrupted():
    running = idle("allocate", interval="200ms")
    with running as process:
        wait_for(lambda: len(snapshots()) >= 3)
        before = len(snapshots())
        process.stdin.close()
        process.stdin = None
    assert before >= 3 and times_interrupted(running) == 0, running.output


def nobody_is_woken_without_a_signal():
    running = idle("sleep", interval="100ms", signal="off")
    with running as process:
        wait_for(lambda: open(f"/proc/{process.pid}/wchan", encoding="utf-8").read() != "0")
        with open(f"/proc/{process.pid}/timers", encoding="utf-8") as file:
            assert file.read() == ""
    assert snapshots() == [] and times_interrupted(running) == 0


# ---- Bounds ---------------------------------------------------------------------------------------------------------

def those_by_signal_are_kept_among_them():
    with idle("sleep", keep=2) as process:
        for number in range(1, 6):
            process.send_signal(SNAPSHOT_SIGNAL)
            wait_for(lambda: os.path.exists(f"behaviour_idles.{process.pid}.{number}.heap"))
            wait_for(lambda: len(snapshots()) <= 2)
    assert [int(path.split(".")[-2]) for path in by_number()] == [4, 5], snapshots()
    assert {facts_of(path)["reason"] for path in snapshots()} == {SIGNAL}


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


def bytes_of_all_files():
    total = 0
    for name in os.listdir():
        try:
            total += os.path.getsize(name)
        except FileNotFoundError:  # renamed or taken away
            pass
    return total


def a_snapshot_is_cut_when_it_would_pass_the_limit():
    most = 0
    running = idle("pointers", interval="100ms", disk="4MiB")
    with running as process:
        # What is written is not expected: until then it is known only that there is one block.
        while not is_said(process, "it would have passed disk=4194304"):
            most = max(most, bytes_of_all_files())
    assert 0 < most <= 4 << 20, most
    wait_for(lambda: os.listdir() == [])  # a copy may outlive the program


def is_said(process, words):
    os.set_blocking(process.stderr.fileno(), False)
    line = process.stderr.readline()
    os.set_blocking(process.stderr.fileno(), True)
    return words in line


def wrong_amounts_are_said():
    result = grow(0, 0, interval="soon", growth="0%", peak="maybe", keep=0, disk="much", memory="no")
    assert len(result.stderr.splitlines()) == 6, result.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
        os.chdir("/")
