# SPDX-License-Identifier: MIT
"""Forked children: a slot of their own in what heapkit run shares, when they have done enough for it.

Side: tests. How it is called: harness.py."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import memory
from harness import (HEAPKIT, SKIPPED, TIMEOUT, Watched, call, children_of, files, lines_of, memory_cgroup,
                     preloaded, program, record, remove_cgroup, run_sentence, subject)


def a_forked_child_that_dies_is_reported():
    result = record(program("serves"), "dies")
    assert result.returncode == 0 and result.stderr.count("sudden death") == 1, result.stderr
    assert "a forked child that began with 97.7 KiB of its parent's" in result.stderr, result.stderr
    assert len(files()) == 2, files()
    child, = [path for path in files() if "serve" in lines_of(path)]
    assert lines_of(child) == {"serve": (300 * 5008, 301), "main": (100 * 1000, 100)}, lines_of(child)
    parent, = [path for path in files() if path != child]
    assert lines_of(parent)["main"] == (100 * 1000, 100), lines_of(parent)


def a_forked_child_with_threads_is_reported():
    result = record(program("serves"), "threads")
    assert result.returncode == 0 and result.stderr.count("sudden death") == 3, result.stderr
    counts = sorted(lines_of(path)["serve"][1] for path in files() if "serve" in lines_of(path))
    assert len(counts) == 3, (counts, result.stderr)
    for count, worker in zip(counts, (1, 2, 3)):  # each of two threads may hold some back
        assert abs(count - 300 * worker - 1) * 5008 <= 2 * (256 << 10), counts
    assert "2 threads had not handed in" in " ".join(result.stderr.split()), result.stderr


def a_child_of_a_parent_that_had_threads_is_reported():
    result = record(program("serves"), "parent-threads-dies")
    assert result.returncode == 0 and result.stderr.count("sudden death") == 1, result.stderr
    child, = [path for path in files() if "serve" in lines_of(path)]
    assert abs(lines_of(child)["serve"][0] - 300 * 5008) <= 256 << 10, lines_of(child)


def a_child_of_a_forked_child_is_reported():
    result = record(program("serves"), "bears", "2")
    assert result.returncode == 0 and result.stderr.count("sudden death") == 2, result.stderr
    found = sorted(lines_of(path)["serve"] for path in files() if "serve" in lines_of(path))
    assert found == [(2 * 300 * 5008, 602), (2 * 600 * 5008, 1202)], found


def a_worker_that_the_oom_killer_takes_is_reported():
    folder = memory_cgroup()
    if folder is None:
        print("skipped: no memory cgroup can be made here")
        sys.exit(SKIPPED)
    try:
        most = 1 << 30  # where the group has no say after all
        result = record(program("serves"), "grows", "1", folder,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
        assert result.returncode == 0 and result.stderr.count("sudden death") == 1, result.stderr
        live = max(subject(path)["live_bytes"] for path in files())
        assert (16 << 20) < live < (66 << 20), live
    finally:
        remove_cgroup(folder)


def a_child_in_a_pid_namespace_of_its_own_is_reported_by_its_outer_number():
    into = ("unshare", "--pid", "--fork")  # in a user namespace of its own it may not open what is shared
    if shutil.which("unshare") is None or call([*into, "true"]).returncode != 0:
        print("skipped: no namespaces can be made here")
        sys.exit(SKIPPED)
    result = record(*into, program("serves"), "dies", options=("--follow-exec",))
    assert result.returncode == 0 and result.stderr.count("sudden death") == 1, result.stderr
    child, = [path for path in files("process_serves.*") if lines_of(path).get("serve") == (300 * 5008, 301)]
    assert subject(child)["pid"] > 10 and f"(pid {subject(child)['pid']})" in result.stderr, (child, result.stderr)


def a_child_that_forbids_our_system_calls_makes_none_any_more_and_that_is_said():
    result = record(program("serves"), "locked", "2")
    assert result.returncode == 0, result.stderr  # 1: a filter has ended a child
    assert result.stderr.count("recording ends here: the program installs a filter that kills") == 2, result.stderr


def only_the_first_dead_children_are_shown_in_full():
    result = record(program("serves"), "threads", "6")
    assert result.stderr.count("sudden death") == 6 and result.stderr.count("By line") == 3, result.stderr
    assert len(files()) == 7 and "live in" in result.stderr, (files(), result.stderr)


def children_that_were_asked_to_end_are_only_counted():
    with Watched(program("serves"), "wait") as watched:
        os.kill(watched.run.pid, signal.SIGTERM)  # which is handed on to all
        watched.run.wait(timeout=TIMEOUT)
    assert "sudden" not in watched.errors and "3 processes ended, as the signal asked" in watched.errors, watched.errors


def top_shows_a_forked_child():
    with Watched(program("serves"), "wait") as watched:
        for number, pid in enumerate(children_of(watched.pid)):
            result = call([HEAPKIT, "top", str(pid), "--count", "1", "--json"])
            assert result.returncode == 0, result.stderr
            look = json.loads(result.stdout)
            rows = {row["name"]: (row["live_bytes"], row["live_blocks"]) for row in look["answers"]["live"]["rows"]}
            blocks = 300 * (number + 1)
            assert (blocks * 5000, blocks) in rows.values() and look["snapshots"][0]["pid"] == pid, rows
    assert "sudden" not in watched.errors, watched.errors


def top_says_of_an_idle_child_that_it_shares_nothing_yet():
    with Watched(program("serves"), "idles", "1") as watched:
        child, = children_of(watched.pid)
        result = call([HEAPKIT, "top", str(child), "--count", "1"])
        assert result.returncode == 2 and "has hardly allocated since" in result.stderr, result.stderr
        assert f"heapkit snapshot {child}" in result.stderr, result.stderr
    assert "sudden" not in watched.errors, watched.errors


def children_that_do_little_take_no_memory_and_are_not_reported():
    result = record(program("serves"), "little", "300")
    assert result.returncode == 0 and "sudden" not in result.stderr and len(files()) == 1, result.stderr
    assert "could not share" not in result.stderr, result.stderr
    shared = memory.Memory(slots=3)
    subprocess.run([program("serves"), "brief", "0"], env=preloaded(shared.path()), check=True)
    before = shared.used_bytes()
    subprocess.run([program("serves"), "brief", "1"], env=preloaded(shared.path()), check=True)
    assert shared.owners()[2] == 0, shared.owners()  # what ended has given it back
    assert shared.used_bytes() - before <= before + 3 * 4096, (before, shared.used_bytes())


def children_without_a_slot_are_counted():
    shared = memory.Memory(slots=3)
    subprocess.run([program("serves"), "dies", "1"], env=preloaded(shared.path()), check=True)
    assert shared.without_slot() == 0 and 0 not in shared.owners()[:2], shared.owners()
    subprocess.run([program("serves"), "dies", "5"], env=preloaded(shared.path()), check=True)
    assert shared.without_slot() == 5, (shared.without_slot(), shared.owners())


if __name__ == "__main__":
    run_sentence(globals())
