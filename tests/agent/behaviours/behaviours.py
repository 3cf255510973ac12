#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the agent does to a program, and what the program sees of it: each function here is one sentence of the test
list in CMakeLists.txt.

Side: tests. Usage: behaviours.py NAME LIBPROF FOLDER_OF_PROGRAMS.  Each test works in a new folder of its own.
"""
import errno
import glob
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import snapshot_file  # noqa: E402

LIBPROF, PROGRAMS = sys.argv[2], sys.argv[3]
ADVERSARIES = os.environ.get("ADVERSARIES", "")
SKIPPED = 77
TIMEOUT = 60
MODULES, MODULE_LAYOUT = 3, "<QQQIHHII32sQ"  # prof_module: the fourth field is the path


def tool(name):
    return os.path.join(PROGRAMS, "behaviour_" + name)


def environment(**options):
    given = {"out": os.getcwd(), **options}
    text = ",".join(f"{key.replace('_', '')}={value}" for key, value in given.items())
    return {**os.environ, "LD_PRELOAD": LIBPROF, "PROF": text, "HEAPKIT_AGENT": LIBPROF}


def run(command, env=None, **more):
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT, **more)


def snapshots(pattern="*.heap"):
    return sorted(glob.glob(pattern))


def facts_of(path, size=None):
    """The "name value" lines of the dump tool, as a dictionary."""
    result = run([tool("dump"), path] + ([str(size)] if size else []))
    assert result.returncode == 0, f"{path}: {result.stderr}"
    pairs = (line.split(" ", 1) for line in result.stdout.splitlines())
    return {name: int(value) if value.isdigit() else value for name, value in pairs}


def same_with_and_without(command):
    """Runs it both ways; equal output and exit code. Returns the result with the agent."""
    plain, recorded = run(command), run(command, environment())
    assert plain.stdout == recorded.stdout, (plain.stdout, recorded.stdout)
    assert plain.stderr == recorded.stderr, (plain.stderr, recorded.stderr)
    assert plain.returncode == recorded.returncode, (plain.returncode, recorded.returncode)
    return recorded


def only(paths):
    assert len(paths) == 1, paths
    return paths[0]


class Running:
    """A program that has said "ready"; its input ends with the block."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()
        return self.process

    def __exit__(self, *unused):
        output, errors = self.process.communicate(timeout=TIMEOUT)
        self.output, self.errors = output, errors


def ask(pid, *path):
    return run([tool("ask"), "snapshot", str(pid), *path])


# ---- The end of the process -----------------------------------------------------------------------------------------

def every_end_is_seen():
    held = {"return": 1717, "exit": 1717, "_exit": 1616, "_Exit": 1616, "quick_exit": 1717}
    for how, size in held.items():
        same_with_and_without([tool("ends"), how])
        path = only(snapshots())
        facts = facts_of(path, size)
        assert facts["reason"] == 1 and facts["of_size"] == 1, (how, facts)
        # After the destructors of the program: on the ways that run them, its text of 4242 bytes is gone.
        assert facts_of(path, 4243)["of_size"] == (0 if how in ("return", "exit") else 1), how
        os.unlink(path)


def a_death_by_signal_leaves_no_trace():
    for how in ("abort", "killed"):
        same_with_and_without([tool("ends"), how])
        assert snapshots() == []


def no_exit_snapshot_when_it_is_off():
    run([tool("ends"), "return"], environment(exit="off"))
    assert snapshots() == []


def frames_of_the_end_hold_nothing():
    same_with_and_without([tool("last_words"), "return"])
    facts = facts_of(only(snapshots()), 1818)
    assert facts["of_size"] == 1 and facts["held"] == 0, facts


def registers_of_who_ends_the_program_hold():
    for how in ("exit", "quick_exit", "_exit"):
        same_with_and_without([tool("last_words"), how])
        path = only(snapshots())
        facts = facts_of(path, 1818)
        assert facts["of_size"] == 6 and facts["held"] == 6, (how, facts)
        os.unlink(path)


# ---- Allocation -----------------------------------------------------------------------------------------------------

def the_corners_of_the_family_are_as_they_were():
    same_with_and_without([tool("realloc_edges")])
    facts = facts_of(only(snapshots()), 3003)
    assert facts["of_size"] == 7, facts      # kept 0, 1, 3, 4, 5, 7, 8
    assert facts["held"] == 7, facts
    assert facts_of(only(snapshots()), 300002)["of_size"] == 0


def memory_before_main_is_recorded():
    same_with_and_without([tool("early")])
    run([tool("early")], environment(exit="on"))
    for path in snapshots():
        assert facts_of(path, 2121)["of_size"] == 0
    # The same program, stopped in the middle, would hold it: see its count of everything ever allocated.
    assert facts_of(snapshots()[0])["allocated_blocks"] > 5


def operators_are_recorded_once():
    same_with_and_without([tool("operators")])
    facts = facts_of(only(snapshots()), 8008)
    assert facts["of_size"] == 2, facts
    assert facts_of(only(snapshots()), 2560)["of_size"] == 0
    assert "loss11" not in facts, facts      # no free without a block


def a_program_keeps_its_own_operators():
    result = same_with_and_without([tool("own_operators")])
    assert "own 1 1" in result.stdout
    assert facts_of(only(snapshots()), 8008)["of_size"] == 2


def a_library_found_by_a_relative_path_has_its_whole_path():
    os.mkdir("libs")
    found = run(["ldd", tool("operators")]).stdout
    library = only([words[2] for words in map(str.split, found.splitlines()) if words[0] == "libstdc++.so.6"])
    shutil.copy(library, "libs/libstdc++.so.6")
    assert run([tool("operators")], {**environment(), "LD_LIBRARY_PATH": "libs"}).returncode == 0
    facts = snapshot_file.Snapshot(only(snapshots()))
    paths = [facts.string(row[3]) for row in facts.rows(MODULES, MODULE_LAYOUT)]
    assert os.path.join(os.getcwd(), "libs/libstdc++.so.6") in paths, paths


# ---- Other processes ------------------------------------------------------------------------------------------------

def forks_do_not_disturb():
    result = same_with_and_without([tool("forks")])
    assert result.stdout == "failures 0 wait -1\n", result.stdout
    assert facts_of(only(snapshots()), 555)["of_size"] == 0


def forked_children_have_snapshots_of_their_own_when_asked():
    result = run([tool("forks")], environment(forks="on"))
    assert result.stdout == "failures 0 wait -1\n", result.stdout
    assert len(snapshots()) == 61, len(snapshots())
    assert len({facts_of(path)["pid"] for path in snapshots()}) == 61


def other_programs_start_as_they_did():
    same_with_and_without([tool("spawns")])
    assert len(snapshots("behaviour_spawns.*.heap")) == 1, snapshots()


# ---- Snapshots on request -------------------------------------------------------------------------------------------

def a_program_can_ask_itself():
    plain = run([tool("asks"), "own.heap"])
    assert "recording 0\nstopped 0\nmemory -1 live 0\nsnapshot -1\nrunning 1\n" == plain.stdout, plain.stdout
    result = run([tool("asks"), "own.heap"], environment(exit="off"))
    assert "recording 1\nstopped 0\nmemory 0 live 1\nsnapshot 0\nrunning 1\n" == result.stdout, result.stdout
    facts = facts_of(only(snapshots()), 6001)
    assert facts["reason"] == 0 and facts["of_size"] == 15 and facts["held"] == 15, facts


def a_sleeping_program_answers():
    with Running([tool("sleeper")], environment(exit="off")) as process:
        for number in (1, 2, 3):
            answer = ask(process.pid)
            assert answer.returncode == 0, answer.stdout
            assert answer.stdout.strip().endswith(f"behaviour_sleeper.{process.pid}.{number}.heap"), answer.stdout
            facts = facts_of(answer.stdout.strip(), 7007)
            assert facts["reason"] == 2 and facts["threads"] == 2, facts
            assert facts["of_size"] == 20 and facts["held"] == 20, facts
        named = ask(process.pid, "here.heap")
        assert named.stdout == os.path.abspath("here.heap") + "\n", named.stdout
        wrong = ask(process.pid, "/proc/nowhere/x.heap")
        assert wrong.returncode == 1 and "no such file" in wrong.stdout, wrong.stdout
        process.send_signal(signal.SIGTERM)
    assert len(snapshots()) == 4 and glob.glob("*.tmp*") == []


def heapkit(*arguments):
    return run([os.environ["HEAPKIT"], *arguments], environment_of_tool())


def of_holder(pid, *options):
    """How many of its one block in a register a snapshot with these options sees held."""
    answer = heapkit("snapshot", str(pid), "-o", "holder.heap", *options)
    assert answer.returncode == 0, answer.stderr
    facts = facts_of("holder.heap", 7007)
    assert facts["of_size"] == 1, facts
    return facts["held"]


def wait_until_asleep(pid):
    def is_asleep():
        with open(f"/proc/{pid}/syscall", encoding="utf-8") as file:
            return file.read().startswith("232 ")  # epoll_wait
    wait_for(is_asleep)


def one_snapshot_can_ask_for_the_registers_of_sleepers():
    holder = Running([tool("holder")], environment(exit="off"))
    with holder as process:
        wait_until_asleep(process.pid)
        assert of_holder(process.pid) == 0
        assert of_holder(process.pid, "--registers", "default") == 0
        assert of_holder(process.pid, "--registers", "all") == 1
        assert of_holder(process.pid) == 0, "it holds for that snapshot alone"
        process.stdin.write("end\n")
    assert holder.output == "interrupted 1, got 1, held 1\n", holder.output
    assert heapkit("snapshot", "1", "--registers", "some").returncode == 2


def a_run_can_ask_for_the_registers_of_sleepers():
    for registers, held in (("default", 0), ("all", 1)):
        command = [os.environ["HEAPKIT"], "run", "--no-exit-snapshot", "--registers", registers, "--", tool("holder")]
        with Running(command, environment_of_tool()) as process:
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="utf-8") as file:
                child = int(only(file.read().split()))
            wait_until_asleep(child)
            assert of_holder(child) == held, registers
            process.stdin.write("end\n")
        assert process.returncode == 0


def a_signal_alone_is_enough():
    with Running([tool("sleeper")], environment(exit="off")) as process:
        process.send_signal(62)
        wait_for(lambda: snapshots() != [])
        process.send_signal(signal.SIGTERM)
    facts = facts_of(only(snapshots()), 7007)
    assert facts["reason"] == 3 and facts["held"] == 20, facts


def a_busy_program_is_caught_in_one_instant():
    with Running([tool("busy")], environment(exit="off")) as process:
        for _ in range(20):
            answer = ask(process.pid)
            assert answer.returncode == 0, answer.stdout
            facts = facts_of(answer.stdout.strip(), 777)
            assert 1000 <= facts["held"] <= facts["of_size"] <= 1004, facts
            os.unlink(answer.stdout.strip())
        process.stdin.close()
        process.stdin = None


def who_cannot_be_asked_is_told_apart():
    with Running([tool("sleeper")], None) as process:
        answer = ask(process.pid)
        assert answer.returncode == 1 and "is not recorded" in answer.stdout, answer.stdout
        process.send_signal(signal.SIGTERM)
    answer = ask(process.pid)
    assert answer.returncode == 1 and "there is no process" in answer.stdout, answer.stdout


# ---- Trouble --------------------------------------------------------------------------------------------------------

def a_full_disk_keeps_the_old_snapshot():
    limit = 96 << 10

    def set_limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    result = run([tool("asks"), "same.heap", "second"], environment(exit="off"), preexec_fn=set_limit)
    assert "second -1 File too large" in result.stdout and "running 1" in result.stdout, result.stdout + result.stderr
    assert facts_of("same.heap", 6001)["of_size"] == 15
    assert os.listdir() == ["same.heap"], os.listdir()


def a_snapshot_goes_over_a_regular_file_alone():
    os.mkdir("folder")
    os.mkfifo("pipe")
    os.symlink("nowhere", "link")
    before = sorted((name, os.lstat(name).st_mode) for name in os.listdir())
    errors = {"folder": errno.EISDIR, "pipe": errno.EEXIST, "link": errno.ELOOP}
    for name, error in errors.items():
        result = run([tool("asks"), name, "second"], environment(exit="off"))
        assert "snapshot -1\n" in result.stdout and f"second -1 {os.strerror(error)}\n" in result.stdout, result.stdout
    assert sorted((name, os.lstat(name).st_mode) for name in os.listdir()) == before
    with Running([tool("sleeper")], environment(exit="off")) as process:
        answer = ask(process.pid, os.path.abspath("new"))
        assert answer.returncode == 0 and facts_of("new")["reason"] == 2, answer


def a_line_of_ours_ends_nobody():
    def no_file_grows():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    reader, broken = os.pipe()
    os.close(reader)
    with open("errors", "w") as errors:
        for stderr, more in ((broken, {}), (errors, {"preexec_fn": no_file_grows})):
            result = subprocess.run([tool("ends"), "return"], env=environment(interval="soon"), stderr=stderr,
                                    stdout=subprocess.PIPE, timeout=TIMEOUT, **more)
            assert result.returncode == 7, result.returncode
    os.close(broken)


def little_address_space_ends_nobody_who_was_started():
    said = set()
    for megabytes in range(4, 40):
        most = megabytes << 20
        result = run([tool("ends"), "return"], environment(),
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
        is_started = "error while loading shared libraries" not in result.stderr
        # Its libraries fit, and its first block does not: some 50 KiB in which it ends so without us too. We hold nothing then.
        if "heapkit: nothing is recorded" in result.stderr and "terminate called" in result.stderr:
            said.add("not started")
            continue
        assert result.returncode == (7 if is_started else 127), (megabytes, result)
        said.add("recorded" if result.stderr == "" else "refused" if "heapkit: no" in result.stderr else "not started")
    assert {"recorded", "refused"} <= said, said


def make_memory_cgroup(limit):
    """A cgroup of our own below the one that we are in, version 1 or 2. Skips where none can be made."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(":", 2) for line in file]
    places = [(f"/sys/fs/cgroup/memory{path}", "memory.limit_in_bytes") for _, names, path in lines
              if "memory" in names.split(",")]
    places += [(f"/sys/fs/cgroup{path}", "memory.max") for number, _, path in lines if number == "0"]
    for place, name in places:
        group = f"{place.rstrip('/')}/heapkit-test-{os.getpid()}"
        try:
            os.mkdir(group)
        except OSError:
            continue
        try:
            with open(f"{group}/{name}", "w", encoding="utf-8") as file:
                file.write(str(limit))
            return group
        except OSError:
            os.rmdir(group)
    print("no memory cgroup can be made here")
    sys.exit(SKIPPED)


def a_tight_cgroup_refuses_the_copy():
    group = make_memory_cgroup(64 << 20)

    def enter():
        with open(f"{group}/cgroup.procs", "w", encoding="utf-8") as file:
            file.write(str(os.getpid()))

    def run_inside(**options):
        # 48 MiB of 64: half as much again does not fit.
        return run([tool("grows"), "1500", "48", "touch"], environment(growth="40MiB", exit="off", **options),
                   preexec_fn=enter)

    try:
        refused = run_inside()
        assert refused.returncode == 0 and snapshots() == [], refused
        assert "MiB left; PROF=memory=force" in refused.stderr, refused.stderr
        forced = run_inside(memory="force")
        assert forced.returncode == 0 and forced.stderr == "", forced
        wait_for(snapshots)
    finally:
        wait_for(lambda: not open(f"{group}/cgroup.procs", encoding="utf-8").read())
        os.rmdir(group)


def a_folder_that_cannot_be_written_is_said_once():
    result = run([tool("ends"), "return"], {**environment(), "PROF": "out=/proc/nowhere,exit=off"})
    assert result.returncode == 7 and result.stdout == "main\nhandler\ndestructor 4242\n"
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and "/proc/nowhere" in lines[0] and "PROF=out=" in lines[0], result.stderr


def wrong_options_are_said_and_the_rest_holds():
    result = run([tool("ends"), "return"], environment(bogus=1, exit="maybe", deadline="soon", contents="none"))
    assert result.returncode == 7
    lines = result.stderr.splitlines()
    assert len(lines) == 3, result.stderr
    assert 'no option "bogus"' in lines[0] and "contents" in lines[0] and "deadline" in lines[0], lines[0]
    assert "exit=maybe" in lines[1] and "on|off" in lines[1], lines[1]
    facts = facts_of(only(snapshots()))
    assert facts["contents"] == 0 and facts["words"] == 0, facts


# ---- Who walks -----------------------------------------------------------------------------------------------------

def stacks_of(path):
    """{flags and frames as (module, offset), innermost first: blocks ever allocated}: no address of this one process.
    Not their bytes: what libc allocates for a thread grows with the modules that are loaded."""
    snapshot = snapshot_file.Snapshot(path)
    modules = [(start, end, bias, snapshot.string(name))
               for bias, start, end, name, *_ in snapshot.rows(3, "<QQQIHHII32sQ")]
    pcs = [pc & (1 << 48) - 1 for pc, in snapshot.rows(7, "<Q")]
    callers = [caller for caller, in snapshot.rows(8, "<I")]

    def place(pc):
        return next(((name, pc - bias) for start, end, bias, name in modules if start < pc <= end), ("", 0))

    places, stacks = [place(pc) for pc in pcs], {}
    for node, flags, _, blocks, *_ in snapshot.rows(9, "<IIQQQQQII8H"):
        frames = []
        while node != 0:
            frames.append(places[node])
            node = callers[node]
        if blocks != 0:
            stacks[(flags, *frames)] = stacks.get((flags, *frames), 0) + blocks
    return stacks


def libunwind_walks_the_same_stacks():
    if run([tool("ends"), "return"], environment(unwind="libunwind", exit="off")).stderr:
        sys.exit(SKIPPED)
    for program in ("threads", "frames", "signals", "jumps"):
        by_whom = {}
        for who in ("own", "libunwind"):
            result = run([os.path.join(ADVERSARIES, "adversary_" + program)], environment(unwind=who),
                         stdin=subprocess.DEVNULL)
            assert result.returncode == 0 and result.stderr == "", (program, who, result)
            path = only(snapshots())
            by_whom[who] = stacks_of(path), snapshot_file.Snapshot(path).losses()
            os.unlink(path)
        (own, own_losses), (others, other_losses) = by_whom["own"], by_whom["libunwind"]
        assert max(map(len, own)) > 5, program
        assert own == others, (program, set(own.items()) ^ set(others.items()))
        assert own_losses == other_losses, (program, own_losses, other_losses)


def forks_do_not_catch_libunwind_half_way():
    result = run([tool("forks")], environment(forks="on", unwind="libunwind"))
    assert result.stdout == "failures 0 wait -1\n", result.stdout
    assert len(snapshots()) == 61, len(snapshots())


def without_libunwind_a_line_is_said_and_our_own_unwinder_walks():
    os.mkdir("broken")
    with open("broken/libunwind.so.8", "w") as file:
        file.write("not a library")
    os.mkdir("other")
    os.symlink(os.path.join(PROGRAMS, "libbehaviour_not_libunwind.so"), "other/libunwind.so.8")
    for folder, why in (("broken", "file too short"), ("other", "undefined symbol")):
        result = run([tool("ends"), "return"], {**environment(unwind="libunwind"), "LD_LIBRARY_PATH": folder})
        line = only(result.stderr.splitlines())
        assert line.startswith("heapkit: unwind=libunwind: ") and why in line, line
        assert line.endswith("; our own unwinder walks stacks"), line
        path = only(snapshots())
        assert result.returncode == 7 and facts_of(path, 1717)["of_size"] == 1, result
        os.unlink(path)


# ---- heapkit run ----------------------------------------------------------------------------------------------------

def run_hands_on_codes_and_signals():
    for command, code in ((["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], 137)):
        assert run([tool("ask"), "run", ".", "on", *command], environment_of_tool()).returncode == code
    with Running([tool("ask"), "run", "new", "on", tool("sleeper")], environment_of_tool()) as process:
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: len(snapshots("new/*.heap")) == 2)
    assert process.returncode == 0, process.returncode
    reasons = sorted(facts_of(path)["reason"] for path in snapshots("new/*.heap"))
    assert reasons == [1, 2], reasons       # asked for before the signal was handed on, and at the end


def environment_of_tool():
    return {**os.environ, "HEAPKIT_AGENT": LIBPROF}


def on_a_terminal(command, typed):
    """Runs it on a terminal of its own, types once it has said "ready", returns its output and exit code."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, environment_of_tool())
    output = b""
    try:
        while True:
            output += os.read(terminal, 4096)
            if typed and b"ready" in output:
                os.write(terminal, typed)
                typed = None
    except OSError:  # the other side is closed
        pass
    return output.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def the_terminal_goes_to_who_reads_it():
    reads = [tool("ask"), "run", ".", "off", "/bin/sh", "-c", "echo ready; read line; echo got $line; exit 4"]
    output, code = on_a_terminal(reads, b"words\n")
    assert "got words" in output and code == 4, (output, code)


def an_interrupt_comes_after_a_snapshot():
    output, code = on_a_terminal([tool("ask"), "run", ".", "on", tool("sleeper")], b"\x03")
    assert code == 130, (output, code)
    assert facts_of(only(snapshots()))["reason"] == 2, output


def a_program_that_becomes_another_is_asked_again():
    command = "trap 'exec sleep 5' TERM; echo ready; while :; do :; done"
    with Running(["/bin/sh", "-c", command], environment(exit="off", follow="on")) as process:
        process.send_signal(signal.SIGTERM)
        for _ in range(5):
            answer = ask(process.pid)  # before, during or after: never a long wait
            assert answer.returncode in (0, 1), answer
        wait_for(lambda: "sleep" in ask(process.pid).stdout)
        process.kill()


def pages_of_killed_programs_are_taken_away():
    result = run([tool("ask"), "run", ".", "on", "sh", "-c", "echo $$; kill -9 $$"],
                 {**environment_of_tool(), "XDG_RUNTIME_DIR": os.getcwd()})
    assert result.returncode == 137 and int(result.stdout) > 0
    assert os.path.isdir("heapkit") and os.listdir("heapkit") == [], os.listdir("heapkit")


def run_refuses_what_it_cannot_record():
    with open("thirty_two", "wb") as file:
        file.write(b"\x7fELF\x01\x01\x01" + bytes(57))
    with open("text", "w") as file:
        file.write("no program\n")
    os.chmod("thirty_two", 0o755)
    cases = [("./not-there", 127, "is not there"), ("not-in-path", 127, "PATH"), ("./text", 126, "chmod +x"),
             ("./thirty_two", 126, "32-bit"), (tool("static"), 126, "statically linked"), (".", 126, "folder")]
    for program, code, words in cases:
        result = run([tool("ask"), "run", ".", "on", program], environment_of_tool())
        assert result.returncode == code and words in result.stderr, (program, result.returncode, result.stderr)
        assert len(result.stderr.splitlines()) == 1, result.stderr


def wait_for(condition):
    """Until it holds; the process is asked, not the clock."""
    for _ in range(TIMEOUT * 100):
        if condition():
            return
        signal.sigtimedwait([], 0.01)
    raise AssertionError("it never held")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        globals()[sys.argv[1]]()
        os.chdir("/")
