# SPDX-License-Identifier: MIT
"""What the agent must lose is counted: as many losses as there were.

Side: tests. How it is called: stage.py. Losses that other tests provoke: docs/guarantees.md."""
import os
import subprocess

from stage import TIMEOUT, call, only, parse, run_in_a_folder_of_its_own, snapshots

import snapshot_file

GIVEN = parse()
# enum prof_loss of format.h.
INCOMPLETE, TRUNCATED, THREAD_SLOTS, DEADLINE = 3, 4, 6, 9
PLACES_FOR_THREADS, BLOCKS_OF_THREAD = 12, 10  # PROF_TEST_FEW_THREADS of record/threads.cpp; losses.c


def record(*words, agent=GIVEN.agent, options=""):
    """The last snapshot, and what heapkit says of its losses."""
    program = os.path.join(GIVEN.programs, "faults_losses")
    environment = {**os.environ, "LD_PRELOAD": agent, "PROF": f"out={os.getcwd()}{options}"}
    result = subprocess.run([program, *map(str, words)], env=environment, capture_output=True, text=True, check=False,
                            timeout=TIMEOUT)
    assert result.returncode == 0 and result.stdout == "", result
    path = only(snapshots())
    snapshot, said = snapshot_file.Snapshot(path), call([GIVEN.heapkit, "info", path]).stdout
    return snapshot, said


def each_block_of_a_thread_beyond_the_last_place_is_counted():
    threads = 30
    snapshot, _ = record("threads", threads, agent=GIVEN.faulty)
    beyond = threads + 1 - PLACES_FOR_THREADS  # the first thread has one
    assert snapshot.losses()[THREAD_SLOTS] == beyond * BLOCKS_OF_THREAD, snapshot.losses()


def each_stack_that_ends_too_early_is_counted():
    snapshot, _ = record("blind", 123)
    assert snapshot.losses()[INCOMPLETE] == 123 and snapshot.process.live_blocks >= 123, snapshot.losses()


def each_stack_beyond_the_deepest_is_counted():
    snapshot, _ = record("deep", 3)
    assert snapshot.losses()[TRUNCATED] == 3 and snapshot.process.live_blocks >= 3, snapshot.losses()


def blocks_that_a_snapshot_had_no_time_for_are_counted():
    snapshot, said = record("hold", 5000, options=",deadline=0")
    lost = snapshot.losses()[DEADLINE]
    assert 0 < lost <= snapshot.process.live_blocks and f"{lost:,}" in said, (lost, said)  # it looks at the clock now and then


if __name__ == "__main__":
    run_in_a_folder_of_its_own(globals(), GIVEN)
