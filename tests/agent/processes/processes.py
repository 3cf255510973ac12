# SPDX-License-Identifier: MIT
"""Whole processes: what is left of a dead one, what a living one shows, and the programs that it starts. Each function
here is one sentence of the test list in CMakeLists.txt.

Side: tests. How it is called: harness.py."""
import glob
import itertools
import json
import os
import resource
import signal
import subprocess
import sys

import memory
from harness import (HEAPKIT, HELD_BLOCKS, HELD_BYTES, LIBPROF, OUTPUT_BUFFERS, SKIPPED, TIMEOUT, Watched, call,
                     files, lines_of, memory_cgroup, only, preloaded, program, record, remove_cgroup, run_sentence,
                     subject)

# ---- Sudden death ----------------------------------------------------------------------------------------------------

def dies(how, code, name):
    result = record(program("dies"), how)
    assert result.returncode == code, (how, result.returncode, result.stderr)
    assert f"sudden death: process_dies (pid " in result.stderr and f"was killed by {name}" in result.stderr, result.stderr
    assert "Its blocks, their types, references and leaks are not." in " ".join(result.stderr.split()), result.stderr
    assert "hold_small" in result.stderr or "dies.c:" in result.stderr, result.stderr
    path = only(files())
    functions = lines_of(path)
    assert functions["hold_small"] == (50000, 500) and functions["hold_large"] == (20000, 20), functions
    os.remove(path)


def every_sudden_death_is_reported_exactly():
    for how, code, name in (("kill", 137, "SIGKILL"), ("segv", 139, "SIGSEGV"), ("abort", 134, "SIGABRT")):
        dies(how, code, name)


def a_raw_exit_is_sudden_too():
    result = record(program("dies"), "raw")
    assert result.returncode == 3 and "ended without a word to the recorder" in result.stderr, result.stderr
    assert lines_of(only(files()))["hold_small"] == (50000, 500)


def an_end_that_was_seen_is_not_sudden():
    result = record(program("dies"), "exit")
    assert result.returncode == 0 and "sudden" not in result.stderr, result.stderr
    assert subject(only(files()))["live_blocks"] >= HELD_BLOCKS


def threads_that_hold_something_back_are_counted():
    result = record(program("dies"), "threads")
    assert result.returncode == 137 and "3 threads had not handed in" in " ".join(result.stderr.split()), result.stderr
    live = subject(only(files()))["live_bytes"]
    assert abs(live - HELD_BYTES - 20000) <= 3 * (256 << 10), live


def a_limit_on_memory_ends_in_a_report():
    limit = 600 << 20
    result = record(program("dies"), "grow", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert result.returncode == 134, result.stderr
    live = subject(only(files()))["live_bytes"]
    assert (300 << 20) < live < limit, live


def the_oom_killer_ends_in_a_report():
    folder = memory_cgroup()
    if folder is None:
        print("skipped: no memory cgroup can be made here")
        sys.exit(SKIPPED)
    try:
        script = f"echo $$ > {folder}/cgroup.procs && exec {program('dies')} grow"
        most = 1 << 30  # where the group has no say after all
        result = record("/bin/sh", "-c", script, options=("--follow-exec",),
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
        assert result.returncode == 137 and "was killed by SIGKILL" in result.stderr, result.stderr
        live = subject(only(files("process_dies.*")))["live_bytes"]
        assert (16 << 20) < live < (66 << 20), live
    finally:
        remove_cgroup(folder)


def a_snapshot_of_the_dead_answers_what_it_can_and_refuses_the_rest():
    record(program("dies"), "kill")
    path = only(files())
    record(program("dies"), "exit")
    alive = only([each for each in files() if each != path])
    assert "died suddenly" in call([HEAPKIT, "types", path]).stdout
    for command in ("leaks", "cycles"):
        refused = call([HEAPKIT, command, path])
        assert refused.returncode == 2 and refused.stdout == "", (command, refused.stdout, refused.stderr)
        assert "died suddenly" in refused.stderr, (command, refused.stderr)
    assert call([HEAPKIT, "diff", alive, path]).returncode == 0
    assert call([HEAPKIT, "flamegraph", path, "-o", "flame.svg"]).returncode == 0
    assert "died suddenly" in call([HEAPKIT, "info", path]).stdout


def a_killed_leak_check_is_no_verdict():
    result = record(program("dies"), "kill", options=("--leaks",))
    assert result.returncode == 137 and "left no snapshot at its end" in result.stderr, result.stderr
    assert "sudden death" in result.stderr and files() == [], result.stderr


# ---- What the agent shares -------------------------------------------------------------------------------------------

def what_is_shared_is_what_lives():
    shared = memory.Memory()
    subprocess.run([program("dies"), "kill"], env=preloaded(shared.path()), check=False, capture_output=True)
    head = shared.head()
    assert head["state"] == memory.RECORDING and head["cut"] == 0 and head["threads"] == 1, head
    live = shared.live()
    assert live == (shared.totals()[0], shared.totals()[2]), (live, shared.totals())
    assert HELD_BLOCKS <= live[1] <= HELD_BLOCKS + OUTPUT_BUFFERS and live[0] >= HELD_BYTES, live
    assert shared.totals()[1] >= 1000 * 100 + HELD_BYTES - 50000 - 20000, shared.totals()


def a_child_counts_in_tables_of_its_own():
    for how, slots in itertools.product(("fork", "_Fork", "clone"), (1, 2)):  # without a slot for the child, and with
        shared = memory.Memory(slots=slots)
        result = subprocess.run([program("branches"), how], env=preloaded(shared.path(), "forks=on"), check=False,
                                capture_output=True, text=True, timeout=TIMEOUT)
        assert result.stdout == "child 7\n" and result.stderr == "", result
        parent = 4096 + 1000 + 8
        assert parent <= shared.live()[1] <= parent + OUTPUT_BUFFERS, (how, shared.live())
        counts = sorted(subject(path)["live_blocks"] for path in files())
        assert counts[0] == 4096 - 96 + 32 and parent <= counts[1] <= parent + OUTPUT_BUFFERS, (how, counts)
        for path in files():
            os.remove(path)


def what_is_no_shared_memory_is_left_alone():
    for shared in (memory.Memory(magic=b"other\n\0\0").path(), memory.Memory(seals=memory.SEAL).path(),
                   "/etc/passwd", "/not/there", "/dev/zero"):
        result = subprocess.run([program("dies"), "exit"], env=preloaded(shared), check=False, capture_output=True,
                                text=True, timeout=TIMEOUT)
        assert result.returncode == 0 and result.stderr == "", (shared, result)
        assert subject(only(files()))["live_blocks"] >= HELD_BLOCKS
        os.remove(only(files()))


def a_slot_has_one_owner():
    shared = memory.Memory()
    first = subprocess.Popen([program("dies"), "wait"], env=preloaded(shared.path()), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    first.stdout.readline()
    owner = shared.head()["owner"]
    subprocess.run([program("dies"), "exit"], env=preloaded(shared.path()), check=True, capture_output=True)
    assert shared.head()["owner"] == owner == first.pid
    first.communicate()


# ---- Top -------------------------------------------------------------------------------------------------------------

def top_shows_what_is_live_without_a_signal():
    with Watched(program("dies"), "wait") as watched:
        def waits():
            with open(f"/proc/{watched.pid}/status", encoding="ascii") as status:
                return [line for line in status if "ctxt" in line]
        before = waits()
        result = call([HEAPKIT, "top", str(watched.pid), "--count", "2", "--interval", "50ms", "--json"])
        assert result.returncode == 0, result.stderr
        looks = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(looks) == 2 and before == waits(), (before, waits())
        rows = {row["name"]: row for row in looks[0]["answers"]["live"]["rows"]}
        small = only([row for name, row in rows.items() if "hold_small" in name])
        assert (small["live_bytes"], small["live_blocks"]) == (50000, 500), rows
        assert small["growth_bytes"] == 0 and looks[0]["snapshots"][0]["pid"] == watched.pid, rows
        plain = call([HEAPKIT, "top", str(watched.pid), "--count", "1"])
        assert "hold_small" in plain.stdout and "\x1b" not in plain.stdout, plain.stdout


def two_tools_watch_one_process():
    with Watched(program("dies"), "wait") as watched:
        tools = [subprocess.Popen([HEAPKIT, "top", str(watched.pid), "--count", "3", "--interval", "50ms"],
                                  stdout=subprocess.PIPE, text=True) for _ in range(2)]
        snapshot = call([HEAPKIT, "snapshot", str(watched.pid), "-o", "asked.heap"])
        assert snapshot.returncode == 0, snapshot.stderr
        for tool in tools:
            assert tool.communicate(timeout=TIMEOUT)[0].count("hold_small") == 3


def top_ends_with_the_process():
    with Watched(program("dies"), "wait") as watched:
        tool = subprocess.Popen([HEAPKIT, "top", str(watched.pid), "--interval", "50ms"], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        tool.stdout.readline()
        os.kill(watched.pid, signal.SIGKILL)
        errors = tool.communicate(timeout=TIMEOUT)[1]
        assert tool.returncode == 0 and "has ended" in errors, errors
    assert "was killed by SIGKILL" in watched.errors, watched.errors


def top_says_whom_it_cannot_show():
    own = subprocess.Popen([program("dies"), "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           env={**os.environ, "LD_PRELOAD": LIBPROF, "PROF": "exit=off"})
    own.stdout.readline()
    cases = (("x", "is not the number of a process"), ("999999999", "there is no process"),
             (str(os.getpid()), "is not recorded"), (str(own.pid), "shares its counters with nobody"))
    for pid, words in cases:
        result = call([HEAPKIT, "top", pid])
        assert result.returncode == 2 and words in result.stderr and result.stdout == "", (pid, result.stderr)
    own.communicate()


def what_is_damaged_is_read_without_harm():
    with Watched(program("dies"), "wait") as watched:
        folder = f"/proc/{watched.run.pid}/fd"
        fd = only([fd for fd in os.listdir(folder) if "memfd:heapkit" in os.readlink(os.path.join(folder, fd))])
        shared = memory.Memory()
        os.close(shared.fd)
        shared.fd = os.open(os.path.join(folder, fd), os.O_RDWR)
        for offset, content in ((memory.NODES + 16, b"\xff" * 4096), (memory.COUNTERS, b"\x7f" * 640),
                                (1 << 30, b"\xff" * 64), (1 << 20, b"\xff" * 1024), (48, b"\xff" * 16)):
            shared.overwrite(offset, content)
            result = call([HEAPKIT, "top", str(watched.pid), "--count", "1"])
            assert result.returncode == 0, (offset, result)
        shared.overwrite(0, bytes(8))
        assert call([HEAPKIT, "top", str(watched.pid), "--count", "1"]).returncode == 2
        os.kill(watched.pid, signal.SIGKILL)
    assert watched.run.returncode == 137 and "sudden death" in watched.errors, watched.errors


# ---- Children and exec -----------------------------------------------------------------------------------------------

def an_execd_program_is_freed_of_us():
    result = record("/bin/sh", "-c", "env; exec env")
    assert result.returncode == 0 and "LD_PRELOAD" not in result.stdout and "PROF=" not in result.stdout, result.stdout
    assert "became another one by exec" in result.stderr and files() == [], (result.stderr, files())
    plain = call(["/bin/sh", "-c", "env; exec env"])
    assert plain.stdout == result.stdout, (plain.stdout, result.stdout)


def what_was_preloaded_besides_stays():
    env = {**os.environ, "LD_PRELOAD": f"{LIBPROF}:/lib/x86_64-linux-gnu/libm.so.6", "PROF": "exit=off"}
    result = subprocess.run(["/usr/bin/env"], env=env, capture_output=True, text=True, check=True)
    assert "LD_PRELOAD=/lib/x86_64-linux-gnu/libm.so.6\n" in result.stdout and "PROF=" not in result.stdout, result.stdout


def an_execd_program_is_recorded_when_followed():
    result = record("/bin/sh", "-c", f"{program('dies')} exit; exec {program('dies')} exit", options=("--follow-exec",))
    assert result.returncode == 0 and "became another" not in result.stderr, result.stderr
    found = [path for path in files("process_dies.*")]
    assert len(found) == 2, files()
    for path in found:
        assert subject(path)["live_blocks"] >= HELD_BLOCKS


def a_followed_program_that_dies_is_reported():
    result = record("/bin/sh", "-c", f"{program('dies')} kill; exit 0", options=("--follow-exec",))
    assert result.returncode == 0 and "process_dies" in result.stderr and "sudden death" in result.stderr, result.stderr
    assert lines_of(only(files("process_dies.*")))["hold_small"] == (50000, 500)


def every_way_to_exec_is_followed_with_an_environment_of_its_own():
    plain = call([program("starts"), program("dies"), "exit"])
    result = record(program("starts"), program("dies"), "exit", options=("--follow-exec",))
    strip = [line for line in result.stdout.splitlines() if line != "ready"]
    assert strip == [line for line in plain.stdout.splitlines() if line != "ready"], (result.stdout, plain.stdout)
    assert len(files("process_dies.*")) == 14, (files(), result.stderr)
    freed = record(program("starts"), program("dies"), "exit", options=("-o", "freed"))
    assert freed.stdout == plain.stdout and files("freed/process_dies.*") == [], (freed.stdout, plain.stdout)


def a_script_with_hundreds_of_processes_works():
    script = "i=0; while [ $i -lt 300 ]; do x=$(echo $i | cat); i=$((i+1)); done; echo $x"
    for options in ((), ("--follow-exec", "--no-exit-snapshot")):
        result = record("/bin/sh", "-c", script, options=options)
        assert result.returncode == 0 and result.stdout == "299\n" and "sudden" not in result.stderr, result.stderr


def make_works_with_jobs():
    with open("Makefile", "w", encoding="ascii") as file:
        file.write("all: $(addprefix o,1 2 3 4 5 6 7 8 9 10 11 12)\no%:\n\t@cat Makefile | sort > $@; wc -l < $@ > /dev/null\n")
    result = record("make", "-j2", options=("--follow-exec", "-o", "heaps"))
    assert result.returncode == 0 and "sudden" not in result.stderr, result.stderr
    assert len(glob.glob("o[0-9]*")) == 12 and len(glob.glob("heaps/make.*.heap")) == 1, os.listdir("heaps")


def prefork_servers_and_multiprocessing_work():
    script = ("import multiprocessing as m, sys\n"
              "def f(x): return sum(len(str(i)) for i in range(x))\n"
              "if __name__ == '__main__':\n"
              "    for how in ('fork', 'spawn', 'forkserver'):\n"
              "        with m.get_context(how).Pool(3) as pool: print(how, sum(pool.map(f, range(50))))\n")
    with open("pool.py", "w", encoding="ascii") as file:
        file.write(script)
    plain = call([sys.executable, "pool.py"])
    for options in ((), ("--follow-exec",)):
        result = record(sys.executable, "pool.py", options=(*options, "-o", "heaps"))
        assert (result.returncode, result.stdout) == (plain.returncode, plain.stdout), result.stderr
        assert "Traceback" not in result.stderr, result.stderr


def a_child_outlives_everyone():
    script = ("import os\n"
              "held, parent = [], os.getpid()\n"
              "if os.fork() == 0:\n"
              "    os.setsid()\n"
              "    while os.getppid() == parent: pass\n"
              "    held = [bytearray(1000000) for i in range(40)]\n"
              "    os._exit(0)\n"
              "os.kill(os.getpid(), 9)\n")
    with open("orphan.py", "w", encoding="ascii") as file:
        file.write(script)
    result = record(sys.executable, "orphan.py", options=("--set", "forks=on"))  # until the orphan closes its output
    assert result.returncode == 137 and "was killed by SIGKILL" in result.stderr, result.stderr
    grown = [path for path in files() if (40 * 1000000) <= subject(path)["live_bytes"]]
    assert len(files()) == 2 and len(grown) == 1, (files(), result.stderr)


if __name__ == "__main__":
    run_sentence(globals())
