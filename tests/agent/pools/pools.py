#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a recorded program reports of its own pools and roots, from prof.h to the verdict on each block.

Side: tests. Usage: pools.py SENTENCE LIBPROF PROGRAM FACTS ROOTS TRACES [ORDER_BOOK].  Each test works in a new
folder of its own.
"""
import glob
import os
import subprocess
import sys
import tempfile

LIBPROF, PROGRAM, FACTS, ROOTS, TRACES = sys.argv[2:7]
ORDER_BOOK = sys.argv[7] if len(sys.argv) > 7 else ""
COUNT = 100  # blocks that the program hands out, of 48 bytes each
TABLE_FULL, IMPLICIT_FREE, UNKNOWN_FREE, REPORTS = "loss2", "loss5", "loss11", "loss16"


def run(way, recorded=True, program=PROGRAM, **variables):
    environment = {**os.environ, **variables}
    if recorded:
        environment.update(LD_PRELOAD=LIBPROF, PROF=f"out={os.getcwd()}")
    result = subprocess.run([program, way], env=environment, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result
    return result.stdout


def facts(path=None, handed_out_bytes=48):
    path = path or next(iter(glob.glob("*.*.*.heap")))
    result = subprocess.run([FACTS, path, str(handed_out_bytes)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    read = {name: int(value) for name, value in (line.split() for line in result.stdout.splitlines())}
    assert read["live_bytes"] == read["block_bytes"] == read["stack_bytes"], read
    return read


def seen(way, **more):
    for old in glob.glob("*.heap"):
        os.remove(old)
    run(way, **more)
    return facts()


def a_pool_is_no_more_than_what_malloc_gave():
    idle, pool = seen(""), seen("pool")
    assert pool["handed_out"] == pool["in_pools"] == COUNT and pool["pools"] == 1, pool
    assert pool["live_bytes"] == idle["live_bytes"] + (64 << 10), (idle, pool)
    assert pool["peak_bytes"] == idle["peak_bytes"] + (64 << 10), (idle, pool)
    assert seen("reset")["handed_out"] == 30


def what_is_handed_out_is_lost_when_nothing_points_to_it():
    lost = seen("lost")
    assert lost["lost"] == COUNT // 10 and lost["reachable_pools"] == 1, lost
    chain = seen("chain")
    assert chain["handed_out"] == COUNT and chain["lost"] == 0, chain


def what_came_back_holds_nothing():
    for way in ("stale", "stale_mapping", "stale_variable"):
        stale = seen(way)
        assert stale["handed_out"] == COUNT - COUNT // 10 and stale["lost"] == COUNT // 10, (way, stale)


def a_mapping_and_a_variable_can_be_arenas():
    idle = seen("")
    for way in ("mapping", "variable"):
        arena = seen(way)
        assert arena["handed_out"] == COUNT and arena["pools"] == 0, (way, arena)
        assert arena["lost"] == COUNT // 10, (way, arena)
        assert arena["live_bytes"] == idle["live_bytes"] + 48 * COUNT, (way, arena)


def a_mapping_that_is_gone_takes_its_blocks_along():
    # Nobody said so: the counters of their stack cannot know.
    run("unmapped")
    path = next(iter(glob.glob("*.heap")))
    result = subprocess.run([FACTS, path, "48"], capture_output=True, text=True)
    assert f"handed_out 0\n" in result.stdout and f"{IMPLICIT_FREE} {COUNT}\n" in result.stdout, result.stdout


def a_pool_that_is_freed_takes_its_blocks_along():
    gone = seen("no_more")
    assert gone["handed_out"] == 0 and gone["pools"] == 0 and IMPLICIT_FREE not in gone, gone


def reports_before_main_and_after_exit_count():
    assert seen("", REPORT_BEFORE_MAIN="1")["handed_out"] == COUNT
    assert seen("after")["handed_out"] == COUNT + 1


def a_forked_child_goes_on():
    assert "child 0\n" in run("child")
    child, parent = facts("child.heap"), facts()
    assert child["handed_out"] == child["in_pools"] == COUNT - 40 + 10 and child["lost"] == 0, child
    assert parent["handed_out"] == COUNT and parent["lost"] == 0, parent


def a_signal_handler_may_report():
    # What interrupts the recorder is lost and counted, so the counters of stacks may differ from the blocks.
    run("signals")
    path = next(iter(glob.glob("*.heap")))
    result = subprocess.run([FACTS, path, "48"], capture_output=True, text=True)
    assert f"handed_out {COUNT}\n" in result.stdout and "pools 1\n" in result.stdout, result.stdout


def reports_that_cannot_be_so_are_harmless():
    wrong = seen("wrong")
    assert wrong["handed_out"] == COUNT + 1 and wrong["lost"] == 1, wrong  # and the block of malloc, which nobody holds
    assert wrong[REPORTS] == 4 and wrong[UNKNOWN_FREE] == 2 and wrong[IMPLICIT_FREE] == 2, wrong


def without_the_recorder_nothing_happens():
    for way in ("pool", "stale", "wrong", "signals"):
        assert run(way, recorded=False) == "done 1\n"
    assert glob.glob("*.heap") == []


def a_declared_root_holds_what_nobody_sees_held():
    hidden = seen("hidden", program=ROOTS)
    assert hidden["handed_out"] == hidden["lost"] == 10, hidden
    for way in ("block", "inside", "variable"):
        held = seen(way, program=ROOTS)
        assert held["handed_out"] == 10 and held["lost"] == 0 and held["root_queue"] == 1, (way, held)


def a_root_that_is_forgotten_holds_nothing():
    forgotten = seen("forgotten", program=ROOTS)
    assert forgotten["lost"] == 10 and "root_queue" not in forgotten, forgotten
    renamed = seen("renamed", program=ROOTS)
    assert renamed["lost"] == 0 and renamed["root_line"] == 1 and "root_queue" not in renamed, renamed


def roots_that_cannot_be_are_not_taken():
    wrong = seen("wrong", program=ROOTS)
    assert wrong[REPORTS] == 2 and wrong[TABLE_FULL] == 1, wrong
    assert run("wrong", recorded=False, program=ROOTS) == "absent\n"


def a_program_can_ask_as_one_asks_tracemalloc():
    said = run("", program=TRACES).splitlines()
    assert len(said) == 14 and all(line.startswith("yes: ") for line in said), said
    assert run("", recorded=False, program=TRACES) == "yes: without the recorder all is zero\n"


def orders_leak_in_the_example_until_it_is_fixed():
    # As examples/arena/README.md has it.
    assert run("", program=ORDER_BOOK) == "3679200 shares bought, 7893 offers left\n"
    leaky = facts("order_book.heap", 32)
    # 3,421 of them; an old word on the stack or in a register may hold the last one, and what that points to.
    assert 3421 - 3 <= leaky["lost"] <= 3421 and leaky["in_pools"] >= 7893 + 3421, leaky
    assert run("--fixed", program=ORDER_BOOK) == "3679200 shares bought, 7893 offers left\n"
    fixed = facts("order_book.heap", 32)
    assert fixed["lost"] == 0 and 7893 <= fixed["in_pools"] <= 7893 + fixed["pools"], fixed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
