# SPDX-License-Identifier: MIT
"""Every system call of the agent fails in turn, and the program must not notice.

Side: tests. faults.py SENTENCE --agent LIBPROF --faulty TEST_LIBPROF --heapkit HEAPKIT --programs FOLDER …
         [--share N] [--turn N] [--modes NAMES] [--place TEXT]

The test build of the agent (inject.cpp) knows each place from which it asks the kernel. A first run lists them; then
one run for each place, each error that the call may give, and each time: once at the first call, once at the last, and
at all. Of each run:

  - the program's output and its status are those of a run without the agent, and it ends in time;
  - what the agent says on standard error is whole lines of its own;
  - each snapshot that is there opens, and nothing else is left in the folder;
  - blocks that are missing from the last snapshot are counted as losses, or the snapshot is missing and that was said.

--share N: only each Nth run of them, beginning with --turn; CI has the default, a whole pass is --share 1.
"""
import collections
import errno
import glob
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time

import stage  # noqa: F401  (it knows where the next two are)
import memory
import snapshot_file

TIMEOUT = 60
EVER = 0xffffffff
SHORT, DEATH, AFTER = 1, 2, 3
PLAN, PLACE, PLACES = struct.Struct("<QiIIIQ"), struct.Struct("<QIIII8Q"), 4096
REASON_EXIT = 1
LOSSES_OF_BLOCKS = (0, 1, 2, 5, 6, 10)  # enum prof_loss: inside a hook, no memory, full, implicit free, no slot, too early
MODES = {"alone": "forks=on", "shared": "forks=on,shared={shared}",
         "thorough": "forks=on,registers=all,hashes=on,interval=300s,peak=on,growth=1MiB,follow=on,shared={shared}"}
OTHER_MODES = {"unrecorded": "record=off"}

# What a call may say, by name; others say EPERM, as under a filter.
ERRORS = {
    "openat": (errno.EMFILE, errno.EINTR), "read": (errno.EIO, errno.EINTR, SHORT), "write": (errno.ENOSPC, SHORT),
    "pwrite64": (errno.ENOSPC, errno.EINTR, SHORT), "pread64": (errno.EIO, SHORT), "close": (AFTER,),
    "mmap": (errno.ENOMEM,), "mremap": (errno.ENOMEM,), "munmap": (errno.ENOMEM,), "mprotect": (errno.ENOMEM,),
    "madvise": (errno.EINVAL,), "rename": (errno.EACCES,), "unlink": (errno.EROFS,), "mkdir": (errno.EROFS,),
    "clone": (errno.EAGAIN,), "wait4": (errno.ECHILD, errno.EINTR), "futex": (errno.EINTR, errno.EAGAIN),
    "nanosleep": (errno.EINTR,), "timer_create": (errno.EAGAIN,), "rt_tgsigqueueinfo": (errno.EAGAIN,),
    "process_vm_readv": (errno.EFAULT, errno.ENOMEM), "readlink": (errno.ENOENT,), "getdents64": (errno.ENOENT,),
}


def system_calls():
    text = subprocess.run(["cc", "-E", "-dM", "-x", "c", "-"], input="#include <asm/unistd.h>\n", text=True,
                          capture_output=True, check=True).stdout
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)$", text, re.M)}


NAMES = system_calls()
Place = collections.namedtuple("Place", "hash name hits in_copy callers")
Fault = collections.namedtuple("Fault", "place action from_hit hits")
Run = collections.namedtuple("Run", "output status errors folder places failed pid")


def in_words(fault):
    what = {SHORT: "is cut short", DEATH: "is the copy's last", AFTER: "is done and fails"}.get(
        fault.action, errno.errorcode.get(-fault.action))
    when = "ever" if fault.hits == EVER else f"call {fault.from_hit + 1} of {fault.place.hits}"
    return f"{fault.place.name} {what}, {when}, at {' '.join(hex(each) for each in fault.place.callers)}"


class Harness:
    def __init__(self, given, folder):
        self.given, self.top, self.runs, self.verdicts = given, folder, 0, {}
        self.subject = [os.path.join(given.programs, "faults_subject"), os.path.join(given.programs, "faults_plugin.so")]

    def native(self):
        result = subprocess.run(self.subject, capture_output=True, check=False, timeout=TIMEOUT)
        return result.stdout, result.returncode

    def run(self, mode, fault=None, also=""):
        """`also`: what is preloaded behind the agent."""
        self.runs += 1
        folder = os.path.join(self.top, f"run{self.runs}")
        os.mkdir(folder)
        plan = os.path.join(self.top, f"plan{self.runs}")
        with open(plan, "wb") as file:
            file.write(PLAN.pack(fault.place.hash, fault.action, fault.from_hit, fault.hits, 0, 0) if fault else
                       bytes(PLAN.size))
            file.truncate(PLAN.size + PLACES * PLACE.size)
        shared = memory.Memory(slots=8)
        environment = {**os.environ, "LD_PRELOAD": f"{self.given.faulty} {also}", "PROF_FAULTS": plan,
                       "PROF": f"out={folder}," + {**MODES, **OTHER_MODES}[mode].format(shared=shared.path())}
        with subprocess.Popen(self.subject, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                output, errors = process.communicate(timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                output, errors = b"it hung: " + process.communicate()[0], b""
        os.close(shared.fd)
        with open(plan, "rb") as file:
            content = file.read()
        os.remove(plan)
        places = [Place(place[0], NAMES[place[1]], place[2], place[3] != 0, place[5:5 + place[4]])
                  for place in PLACE.iter_unpack(content[PLAN.size:]) if place[0] != 0]
        return Run(output, process.returncode, errors.decode(errors="replace"), folder, places,
                   PLAN.unpack_from(content)[4], process.pid)


def faults_at(place):
    """The faults of one place: each error, at its first call, at its last, at all."""
    times = {(0, 1), (place.hits - 1, 1), (0, EVER)}
    for what in ERRORS.get(place.name, (errno.EPERM,)):
        action = what if what in (SHORT, AFTER) else -what
        for from_hit, hits in sorted(times):
            yield Fault(place, action, from_hit, hits)


def deaths_at(place):
    if place.in_copy:
        for from_hit in sorted({0, place.hits // 2, place.hits - 1}):
            yield Fault(place, DEATH, from_hit, 1)


def last_snapshot(run):
    """Of the program itself, None when there is none."""
    for path in glob.glob(os.path.join(run.folder, f"*.{run.pid}.*.heap")):
        snapshot = snapshot_file.Snapshot(path)
        if snapshot.process.reason == REASON_EXIT:
            return snapshot
    return None


def opens(harness, paths):
    """What heapkit says of those that do not, "" when all do."""
    bad = ""
    for path in paths:
        answer = subprocess.run([harness.given.heapkit, "info", path], capture_output=True, text=True, check=False)
        bad += answer.stderr if answer.returncode != 0 else ""
    return bad


def definitely_lost(harness, snapshot):
    """Blocks; 0 when it refuses to judge."""
    if snapshot.path not in harness.verdicts:
        answer = subprocess.run([harness.given.heapkit, "leaks", snapshot.path, "--json"], capture_output=True, check=False)
        rows = json.loads(answer.stdout)["answers"]["totals"]["rows"] if answer.returncode == 0 else []
        harness.verdicts[snapshot.path] = sum(row["count"] for row in rows if row["kind"] == "definitely lost")
    return harness.verdicts[snapshot.path]


def names_in(folder):
    """When all copies are done: a program that was told that it has none does not wait for them."""
    for _ in range(500):
        names = os.listdir(folder)
        if all(name.endswith(".heap") for name in names):
            break
        time.sleep(0.01)
    return names


def problems_of(harness, run, native, usual, is_unlinking=False):
    """What the program or whoever reads its snapshots would notice. `is_unlinking`: that is what fails."""
    if (run.output, run.status) != native:
        yield f"the program said {run.output[-400:]!r}, {run.status}; by itself {native[0][-400:]!r}, {native[1]}"
    for line in run.errors.splitlines():
        if not line.startswith("heapkit: "):
            yield f"not a line of ours: {line!r}"
    names = names_in(run.folder)
    strange = [name for name in names if not name.endswith(".heap")]
    if strange and not is_unlinking:
        yield f"left behind: {strange}"
    if bad := opens(harness, [os.path.join(run.folder, name) for name in names if name.endswith(".heap")]):
        yield f"does not open: {bad}"
        return
    last = last_snapshot(run)
    if last is None:
        if run.errors == "":
            yield "no last snapshot, and nobody says so"
        return
    if definitely_lost(harness, last) > definitely_lost(harness, usual) and sum(last.losses()) <= sum(usual.losses()):
        yield "more is lost than usual, and no losses are counted"
    missing = usual.process.live_blocks - last.process.live_blocks
    lost = sum(last.losses()[kind] - usual.losses()[kind] for kind in LOSSES_OF_BLOCKS)
    if missing > lost:
        yield f"{missing} blocks are missing, and {lost} losses are counted: {last.losses()}"


def try_all(harness, faults_of_place):
    """Each fault of each place, in each mode; says what went wrong, how often, and how many runs there were."""
    native = harness.native()
    total = failed = 0
    for mode in harness.given.modes.split(","):
        first = harness.run(mode)
        usual = last_snapshot(first)
        problems = ["no snapshot"] if usual is None else list(problems_of(harness, first, native, usual))
        assert not problems, (mode, problems, first.errors)
        faults = [fault for place in sorted(first.places, key=lambda each: each.hash) for fault in faults_of_place(place)
                  if harness.given.place in place.name]
        for number, fault in enumerate(faults):
            if number % harness.given.share != harness.given.turn % harness.given.share:
                continue
            run = harness.run(mode, fault)
            total += run.failed > 0
            problems = list(problems_of(harness, run, native, usual, fault.place.name == "unlink"))
            failed += bool(problems)
            for problem in problems:
                print(f"{mode}: {in_words(fault)}: {problem}\n{run.errors}", flush=True)
            shutil.rmtree(run.folder)
        shutil.rmtree(first.folder)
        print(f"{mode}: {len(first.places)} places, {len(faults)} faults", flush=True)
    print(f"{total} runs in which a call failed, {failed} with a problem")
    assert total > 0
    return failed


def no_failed_system_call_changes_what_the_program_does(harness):
    assert try_all(harness, faults_at) == 0


def a_copy_that_dies_costs_its_snapshot_and_nothing_else(harness):
    assert try_all(harness, deaths_at) == 0


def what_harms_a_program_or_its_snapshots_is_noticed(harness):
    """That the checks above can fail: a descriptor left open, a snapshot cut short, blocks missing without a word."""
    native, usual = harness.native(), last_snapshot(harness.run("alone"))

    def found(run):
        return " ".join(problems_of(harness, run, native, usual))
    assert found(harness.run("alone")) == ""
    assert "the program said" in found(harness.run("alone", also=os.path.join(harness.given.programs, "faults_harm.so")))
    cut = harness.run("alone")
    path = stage.snapshots(cut.folder)[0]
    os.truncate(path, os.path.getsize(path) // 2)
    assert "does not open" in found(cut)
    assert "blocks are missing" in found(harness.run("unrecorded"))
    left = harness.run("alone")
    with open(os.path.join(left.folder, "a.heap.tmp.1"), "w", encoding="ascii"):
        assert "left behind" in found(left)


def main():
    given = stage.parse(share=24, turn=0, modes=",".join(MODES), place="")
    with tempfile.TemporaryDirectory(prefix="heapkit-faults-") as folder:
        globals()[given.sentence](Harness(given, folder))


if __name__ == "__main__":
    main()
