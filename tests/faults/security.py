# SPDX-License-Identifier: MIT
"""What others on the machine may read, write and choose: nothing.

Side: tests. How it is called: stage.py."""
import os
import secrets
import shutil
import signal
import stat
import time

from stage import (OTHER_USER, Waiting, become, call, child_of, for_anybody, needs_root, only, parse,
                   run_in_a_folder_of_its_own, skip, snapshots)

GIVEN = parse()
DIES = GIVEN.dies
SNAPSHOT_SIGNAL = 62


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def recorded(**options):
    more = ",".join(f"{name}={value}" for name, value in options.items())
    return {**os.environ, "LD_PRELOAD": GIVEN.agent, "PROF": f"out={os.getcwd()}" + ("," + more if more else "")}


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.005)


# ---- Modes -----------------------------------------------------------------------------------------------------------

def what_is_written_and_shared_is_for_its_user_alone():
    os.umask(0)
    tool = {**os.environ, "HEAPKIT_AGENT": GIVEN.agent, "XDG_RUNTIME_DIR": os.getcwd()}
    with Waiting([GIVEN.heapkit, "run", "-o", "heaps", "--", DIES, "wait"], env=tool) as run:
        program = child_of(run.pid)
        page = os.path.join("heapkit", f"{program}.control")
        assert mode(page) == 0o600 and mode("heapkit") == 0o700, (oct(mode(page)), oct(mode("heapkit")))
        shared = [os.path.join(f"/proc/{run.pid}/fd", name) for name in os.listdir(f"/proc/{run.pid}/fd")]
        shared = only([path for path in shared if "memfd:heapkit" in os.readlink(path)])
        assert mode(shared) == 0o600, oct(mode(shared))
        asked = call([GIVEN.heapkit, "snapshot", str(program)], env=tool)
        assert asked.returncode == 0, asked.stderr
        os.kill(program, signal.SIGKILL)
        run.end()
    files = snapshots("heaps")
    assert "sudden death" in run.errors and len(files) == 2, (files, run.errors)
    assert all(mode(path) == 0o600 for path in files), [oct(mode(path)) for path in files]
    assert call([GIVEN.heapkit, "bundle", files[0], "-o", "one.bundle"], env={**tool, "HOME": os.getcwd()}).returncode == 0
    assert mode("one.bundle") == 0o600, oct(mode("one.bundle"))


# ---- Links -----------------------------------------------------------------------------------------------------------

def a_link_in_the_place_of_a_snapshot_is_not_followed():
    with Waiting([DIES, "wait"], env=recorded()) as program:
        for target in ("victim", "/dev/null"):
            os.symlink(target, f"process_dies.{program.pid}.{1 if target == 'victim' else 2}.heap")
        os.kill(program.pid, SNAPSHOT_SIGNAL)
        wait_for(lambda: os.path.exists(f"process_dies.{program.pid}.3.heap"))
    assert not os.path.exists("victim") and os.path.islink(f"process_dies.{program.pid}.1.heap")
    assert os.path.exists(f"process_dies.{program.pid}.4.heap"), os.listdir(".")


def a_report_of_a_sudden_death_goes_through_no_link():
    tool = {**os.environ, "HEAPKIT_AGENT": GIVEN.agent}
    with open("victim", "w", encoding="ascii") as file:
        file.write("mine")
    with Waiting([GIVEN.heapkit, "run", "-o", ".", "--", DIES, "wait"], env=tool) as run:
        program = child_of(run.pid)
        for name in (f"process_dies.{program}.1.heap", f"process_dies.{program}.2.heap.part",
                     f"process_dies.{program}.2.heap.{run.pid}.part"):
            os.symlink("victim", name)
        os.kill(program, signal.SIGKILL)
    assert "sudden death" in run.errors, run.errors
    assert os.path.isfile(f"process_dies.{program}.2.heap") and not os.path.islink(f"process_dies.{program}.2.heap")
    with open("victim", encoding="ascii") as file:
        assert file.read() == "mine"


def a_picture_goes_through_no_link_of_another_user():
    needs_root()
    assert call([DIES, "exit"], env=recorded()).returncode == 0
    heap = only(snapshots())
    with open("victim", "w", encoding="ascii") as file:
        file.write("mine")
    os.symlink("victim", "picture.svg")
    os.lchown("picture.svg", OTHER_USER, OTHER_USER)
    os.symlink("victim", "other.svg.part")
    refused = call([GIVEN.heapkit, "flamegraph", heap, "-o", "picture.svg"])
    assert refused.returncode == 2 and "a symbolic link of another user" in refused.stderr, refused.stderr
    assert call([GIVEN.heapkit, "flamegraph", heap, "-o", "other.svg"]).returncode == 0
    with open("victim", encoding="ascii") as file:
        assert file.read() == "mine"


def a_control_folder_that_others_made_is_not_used():
    needs_root()
    os.chmod(".", 0o777)
    agent, dies = (for_anybody(path, os.getcwd()) for path in (GIVEN.agent, DIES))
    folder = f"/tmp/heapkit-{OTHER_USER}"
    assert not os.path.lexists(folder), folder
    cases = {"is a symbolic link": lambda: os.symlink(os.getcwd(), folder), "not a folder": lambda: open(folder, "w").close(),
             "permission denied": lambda: (os.mkdir(folder, 0o777), os.chmod(folder, 0o777))}
    for why, make in cases.items():
        try:
            make()
            environment = {name: value for name, value in recorded().items() if name != "XDG_RUNTIME_DIR"}
            result = call([dies, "exit"], env={**environment, "LD_PRELOAD": agent}, preexec_fn=become(OTHER_USER))
            assert result.returncode == 0 and "cannot be asked for by pid" in result.stderr and why in result.stderr, \
                (why, result.stderr)
            assert not [name for name in os.listdir(".") if name.endswith(".control")]
        finally:
            if os.path.isdir(folder) and not os.path.islink(folder):
                shutil.rmtree(folder)
            else:
                os.remove(folder)


# ---- Others ----------------------------------------------------------------------------------------------------------

def another_user_cannot_ask():
    needs_root()
    os.chmod(".", 0o777)
    heapkit = for_anybody(GIVEN.heapkit, os.getcwd())
    os.mkdir("runtime")
    with Waiting([DIES, "wait"], env={**recorded(), "XDG_RUNTIME_DIR": os.path.abspath("runtime")}) as program:
        page = f"runtime/heapkit/{program.pid}.control"
        assert os.path.exists(page)
        refused = call([heapkit, "snapshot", str(program.pid)], preexec_fn=become(OTHER_USER))
        assert refused.returncode == 2 and refused.stdout == "" and "heapkit: " in refused.stderr, refused
        opened = call(["/bin/cat", page], preexec_fn=become(OTHER_USER))
        assert opened.returncode == 1 and opened.stdout == "", opened
        assert snapshots() == []


def setuid_works_in(folder):
    for line in open("/proc/self/mounts", encoding="utf-8"):
        _, place, _, options, *_ = line.split()
        if "nosuid" in options.split(",") and (folder + "/").startswith(place.rstrip("/") + "/"):
            return False
    return True


def a_setuid_program_is_left_alone():
    needs_root()
    if not setuid_works_in(os.getcwd()):
        skip("nothing is setuid in this folder")
    os.chmod(".", 0o777)
    linked = os.path.join(GIVEN.programs, "faults_linked")
    for set_bits, is_left in ((0o755, False), (0o4755, True)):
        program, agent = for_anybody(linked, os.getcwd()), for_anybody(GIVEN.agent, os.getcwd())
        os.chmod(program, set_bits)
        environment = {"PATH": "/bin", "PROF": f"out={os.getcwd()},help", "XDG_RUNTIME_DIR": os.getcwd(), "LD_PRELOAD": agent}
        result = call([program, os.getcwd()], env=environment, preexec_fn=become(OTHER_USER))
        if "error while loading" in result.stderr:
            skip("another user cannot read the build: " + result.stderr)
        assert result.returncode == 0 and ("recording 0" if is_left else "recording 1") in result.stdout, result
        assert f"user {0 if is_left else OTHER_USER}" in result.stdout, result.stdout
        assert (snapshots() == []) == is_left and (result.stderr == "") == is_left, (snapshots(), result.stderr)
        for path in snapshots():
            os.remove(path)


# ---- Secrets ---------------------------------------------------------------------------------------------------------

def neither_environment_nor_arguments_are_in_a_snapshot():
    for options in ({}, {"contents": "none"}, {"hashes": "on"}, {"registers": "all"}):
        said = [secrets.token_hex(20) for _ in range(3)]
        environment = {**recorded(**options), "SECRET_TOKEN": said[0], said[1]: "1"}
        with Waiting([DIES, "wait", said[2]], env=environment) as program:
            os.kill(program.pid, SNAPSHOT_SIGNAL)
            wait_for(snapshots)
        assert len(snapshots()) == 2, snapshots()
        for path in snapshots():
            with open(path, "rb") as file:
                content = file.read()
            for secret in said:  # four letters at the end of a text pass for an integer, see docs/FORMAT.md
                pieces = [secret[i:i + 5].encode() for i in range(len(secret) - 4)]
                assert not any(piece in content for piece in pieces), (options, path)
            assert b"SECRET_TOKEN" not in content
            os.remove(path)


if __name__ == "__main__":
    run_in_a_folder_of_its_own(globals(), GIVEN)
