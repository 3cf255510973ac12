# SPDX-License-Identifier: MIT
"""Limits at their edge: on files, descriptors, address space, processes, and on what the kernel promises.

Side: tests. How it is called: harness.py."""
import os
import resource
import shutil
import subprocess
import sys

import memory
from harness import (HEAPKIT, HELD_BLOCKS, LIBPROF, SKIPPED, TIMEOUT, call, files, lines_of, only, preloaded,
                     program, record, run_sentence, subject)


def limits_end_nobody():
    unlimited = resource.RLIM_INFINITY
    cases = [(resource.RLIMIT_FSIZE, value) for value in (0, 1, 4096, 1 << 20)]
    cases += [(resource.RLIMIT_NOFILE, value) for value in (4, 5, 8, 20)]
    cases += [(resource.RLIMIT_AS, value << 20) for value in (16, 24, 48, 100)]
    for kind, value in cases:
        limits = (value, resource.getrlimit(kind)[1] if kind != resource.RLIMIT_FSIZE else unlimited)
        command = f"import resource,os,sys; resource.setrlimit({kind}, {limits}); os.execv(sys.argv[1], sys.argv[1:])"
        shared = memory.Memory()
        env = {"LD_PRELOAD_LATER": "1", **os.environ}
        start = [sys.executable, "-c", command, "/usr/bin/env", f"LD_PRELOAD={LIBPROF}",
                 f"PROF=out={os.getcwd()},quiet=on,shared={shared.path()}", program("dies"), "exit"]
        bare = subprocess.run([each for each in start if "=" not in each or "import" in each], env=env,
                              capture_output=True, text=True, check=False)
        result = subprocess.run(start, env=env, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        assert result.returncode == bare.returncode or "cannot open shared object" in result.stderr or \
            "error while loading" in result.stderr or "cannot be preloaded" in result.stderr, (kind, value, bare, result)


def a_limit_on_files_is_said_and_nobody_dies_of_it():
    result = record(program("dies"), "kill", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    assert result.returncode == 137 and "the size of files is limited" in result.stderr, result.stderr


def for_anybody(path):
    """A copy in this folder: the build may lie where another user cannot go."""
    return os.path.abspath(shutil.copy(path, os.getcwd()))


def waits_as(user, most_processes, folder):
    """A recorded program of `user`, which may have so many processes. (pid, the program)"""
    def become():
        resource.setrlimit(resource.RLIMIT_NPROC, (most_processes, most_processes))
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    os.chmod(folder, 0o777)
    own = subprocess.Popen([for_anybody(program("dies")), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                           env={**os.environ, "LD_PRELOAD": for_anybody(LIBPROF), "PROF": f"exit=off,out={folder}"},
                           preexec_fn=become)
    assert own.stdout.readline() == "ready\n"
    return own


def a_limit_on_processes_refuses_a_snapshot_and_the_program_goes_on():
    if os.geteuid() != 0:
        print("skipped: only root can become a user of whom nothing else runs")
        sys.exit(SKIPPED)
    folder = os.getcwd()
    own = waits_as(64321, 1, folder)
    refused = call([HEAPKIT, "snapshot", str(own.pid)])
    assert refused.returncode == 2 and "a limit on processes" in refused.stderr and files() == [], refused.stderr
    own.communicate()
    assert own.returncode == 0, own.returncode


def heapkit_run_says_when_it_may_start_no_process():
    if os.geteuid() != 0:
        print("skipped: only root can become a user of whom nothing else runs")
        sys.exit(SKIPPED)

    def become():
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        os.setgid(64322)
        os.setuid(64322)
    os.chmod(os.getcwd(), 0o777)
    heapkit, agent, dies = (for_anybody(path) for path in (HEAPKIT, LIBPROF, program("dies")))
    result = subprocess.run([heapkit, "run", "--", dies, "exit"], env={**os.environ, "HEAPKIT_AGENT": agent}, text=True,
                            capture_output=True, check=False, timeout=TIMEOUT, preexec_fn=become)
    assert result.returncode == 126 and "cannot start another process" in result.stderr, result.stderr


def a_limit_on_address_space_that_comes_later_costs_the_snapshot_and_not_the_program():
    result = record(program("dies"), "squeezed")  # not a page more may be mapped
    assert result.returncode == 0 and "no snapshot" in result.stderr and "out of memory" in result.stderr, result.stderr
    killed = record(program("dies"), "squeezed", "kill")  # its tables are there all the same
    assert killed.returncode == 137 and lines_of(only(files()))["hold_small"] == (50000, 500), killed.stderr


class StrictOvercommit:
    """The kernel promises no memory that it does not have, for a moment: this is the whole machine's."""
    PATH = "/proc/sys/vm/overcommit_memory"

    def __enter__(self):
        with open(self.PATH, encoding="ascii") as file:
            self.before = file.read()
        with open("/proc/meminfo", encoding="ascii") as file:
            kib = {line.split(":")[0]: int(line.split()[1]) for line in file}
        if kib["CommitLimit"] - kib["Committed_AS"] < 4 << 20:
            print("skipped: too much memory is promised already")
            sys.exit(SKIPPED)
        try:
            with open(self.PATH, "w", encoding="ascii") as file:
                file.write("2")
        except OSError:
            print("skipped: overcommitment cannot be set here")
            sys.exit(SKIPPED)

    def __exit__(self, *unused):
        with open(self.PATH, "w", encoding="ascii") as file:
            file.write(self.before)


def strict_overcommit_hinders_nothing():
    if not os.environ.get("HEAPKIT_TEST_MACHINE"):
        print("skipped: it would be set for the whole machine; HEAPKIT_TEST_MACHINE=1 allows it")
        sys.exit(SKIPPED)
    with StrictOvercommit():
        exits = record(program("dies"), "exit")
        forks = record(program("serves"), "dies", options=("-o", "forks"))
    assert exits.returncode == 0 and subject(only(files()))["live_blocks"] >= HELD_BLOCKS, exits.stderr
    assert forks.returncode == 0 and forks.stderr.count("sudden death") == 1, forks.stderr
    assert "could not share" not in forks.stderr and "asleep" not in forks.stderr, forks.stderr


if __name__ == "__main__":
    run_sentence(globals())
