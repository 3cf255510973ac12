# SPDX-License-Identifier: MIT
"""Deaths at random moments: what the dead had shared is what it had, and what it had written is whole.

Side: tests. How it is called: stage.py; --deaths N for more of them, --seed N for others. mortal.c keeps its own account
of what it holds, which stands in a file when it is dead."""
import collections
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import time

from stage import TIMEOUT, call, child_of, parse, run_in_a_folder_of_its_own, snapshots

import memory
import snapshot_file

GIVEN = parse(deaths=40, seed=1)
MORTAL = os.path.join(GIVEN.programs, "faults_mortal")
LARGEST_STEP = 900
STATUS = {"segv": -signal.SIGSEGV, "abort": -signal.SIGABRT, "bus": -signal.SIGBUS, "kill": -signal.SIGKILL,
          "quick_exit": 4, "_exit": 5, "exit": 0}
Account = collections.namedtuple("Account", "begun done bytes blocks whole")


class Mortal:
    """One run, recorded, with memory of its own that it shares."""

    def __init__(self, steps, how="exit", seed=1):
        with open("account", "wb") as file:
            file.write(bytes(4096))
        with open("account", "r+b") as file:
            self.account_bytes = mmap.mmap(file.fileno(), 4096)
        self.shared = memory.Memory()
        environment = {**os.environ, "LD_PRELOAD": GIVEN.agent, "PROF": f"out={os.getcwd()},shared={self.shared.path()}"}
        self.process = subprocess.Popen([MORTAL, "account", str(seed), str(steps), how], env=environment,
                                        stderr=subprocess.PIPE, text=True)

    def account(self):
        return Account(*struct.unpack_from("<QQqqQ", self.account_bytes))

    def end(self):
        self.errors = self.process.communicate(timeout=TIMEOUT)[1]
        return self.process.returncode

    def check(self):
        """What it shared against its own account; a step under way may be in one and not yet in the other."""
        account, (live_bytes, live_blocks) = self.account(), self.shared.live()
        slack = int(account.begun != account.done)
        assert abs(live_blocks - account.blocks) <= slack, (account, live_blocks)
        assert abs(live_bytes - account.bytes) <= slack * LARGEST_STEP, (account, live_bytes)
        assert self.shared.totals()[0] - live_bytes == 0 or slack, (self.shared.totals(), live_bytes)
        return account

    def check_files(self, at_least):
        """Each snapshot is whole, and none that was finished is missing."""
        paths = snapshots()
        assert len(paths) >= at_least, (paths, at_least)
        for path in paths:
            answer = call([GIVEN.heapkit, "info", path, "--json"])
            assert answer.returncode == 0, answer.stderr
            snapshot_file.Snapshot(path)
            os.remove(path)
        for name in os.listdir("."):  # of a copy that died with its program
            if ".tmp." in name:
                os.remove(name)
        os.close(self.shared.fd)


def who_is_killed_at_any_moment_leaves_exact_counters_and_whole_snapshots():
    chance = random.Random(GIVEN.seed)
    amid = 0
    for number in range(GIVEN.deaths):
        mortal = Mortal(1 << 40, seed=number)
        target = chance.randrange(1, 20000)
        until = time.monotonic() + TIMEOUT
        while mortal.account().done < target and time.monotonic() < until:
            pass
        mortal.process.kill()
        assert mortal.end() == -signal.SIGKILL, mortal.errors
        account = mortal.check()
        assert account.done >= target, (account, mortal.errors)
        amid += account.begun != account.done
        mortal.check_files(account.whole)
    print(f"{GIVEN.deaths} deaths, {amid} of them amid a step")


def who_ends_in_any_other_way_has_its_status_and_exact_counters():
    chance = random.Random(GIVEN.seed)
    for how, status in STATUS.items():
        for number in range(max(1, GIVEN.deaths // 20)):
            steps = chance.randrange(1, 9000)
            mortal = Mortal(steps, how, seed=number)
            assert mortal.end() == status and mortal.errors == "", (how, mortal.process.returncode, mortal.errors)
            account = mortal.check()
            assert account.begun == account.done == steps, account
            sees_the_end = how in ("exit", "_exit", "quick_exit")
            last = sorted(snapshots(), key=lambda path: int(path.split(".")[-2]))[-1:]
            if sees_the_end:
                process = snapshot_file.Snapshot(last[0]).process
                assert (process.live_bytes, process.live_blocks) == (account.bytes, account.blocks), (how, process)
            mortal.check_files(account.whole + sees_the_end)


def a_killed_heapkit_run_costs_the_program_nothing():
    environment = {**os.environ, "HEAPKIT_AGENT": GIVEN.agent}
    with subprocess.Popen([GIVEN.heapkit, "run", "-o", "heaps", "--", GIVEN.dies, "wait"], env=environment,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "ready\n"
        program = child_of(run.pid)
        run.kill()
        run.wait(timeout=TIMEOUT)
        assert os.path.exists(f"/proc/{program}/exe"), "it went with its tool"
        run.stdin.write("on\n")
        run.stdin.flush()
        run.stdin.close()
        assert run.stderr.read() == "", "nobody is left to say anything"  # and the program has ended
    path, = snapshots("heaps")
    answer = json.loads(call([GIVEN.heapkit, "info", path, "--json"]).stdout)["snapshots"][0]
    assert answer["pid"] == program and answer["live_blocks"] >= 520, answer


if __name__ == "__main__":
    run_in_a_folder_of_its_own(globals(), GIVEN)
