#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one small program as it is and under the agent in each way that there is, and compares everything that can be
seen: its output, what it prints of the world around it (programs/world.h), its exit code or signal.

Side: tests. Usage: torture.py PROGRAM SOURCE LIBPROF HEAPKIT [--modes NAME,…] [--scale N]
Ends with 77 when the program says that this machine cannot do it. `torture.py --list` names the modes.

A source may say, each on a line of its own in its head comment:
    torture: not in MODE …      a mode that it is not run in, with the reason behind a colon
    torture: says REGEX         a line of ours that must be on standard error, and is no difference
    torture: may say REGEX      the same, where it depends on the mode
    torture: leaves nothing     no snapshot is expected, since the program is killed or the agent stays asleep

What may differ, and nothing else: where exec is followed, LD_PRELOAD and PROF are in the environment; where snapshots are
taken by a clock, there is one timer more.
"""
import argparse
import dataclasses
import glob
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile

SKIPPED = 77
TIMEOUT = 120


@dataclasses.dataclass
class Mode:
    name: str
    options: str = ""            # of PROF
    through_run: tuple = None    # options of `heapkit run`, instead of LD_PRELOAD
    may_differ: tuple = ()       # regular expressions of lines that are left out of both outputs
    timers: int = 0              # how many more there are
    milliseconds: int = 0        # for which the program goes on, so that there are some snapshots


IN_THE_ENVIRONMENT = (r"environment (LD_PRELOAD|PROF)=.*\n",)
# What `heapkit run` says of a program that has ended: of a sudden death all that was left.
SAID_BY_RUN = (r"heapkit: wrote .*\n", r"heapkit: no snapshot was written\n", r"heapkit: the program became another .*\n",
               r"(?s)heapkit: sudden death: .*")
MODES = [
    Mode("preloaded"),
    Mode("run", through_run=()),
    Mode("often", "interval=100ms,registers=all,keep=3", timers=1, milliseconds=250),
    Mode("growing", "growth=1,peak=on,keep=3", timers=1, milliseconds=250),
    Mode("forks", "forks=on"),
    Mode("follows", "forks=on,follow=on,interval=100ms,keep=3", may_differ=IN_THE_ENVIRONMENT,
         timers=1, milliseconds=250),
    Mode("run and follow", through_run=("--follow-exec", "--interval", "100ms", "--keep", "3"),
         may_differ=IN_THE_ENVIRONMENT,
         timers=1, milliseconds=250),
]


class Source:
    """What the head comment of a program says to us."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            head = file.read().split("#include")[0]
        self.not_in = [name.strip() for names in re.findall(r"torture: not in ([^:\n]*)", head) for name in names.split(",")]
        self.says = re.findall(r"torture: says (.*)", head)
        self.may_say = re.findall(r"torture: may say (.*)", head)
        self.leaves_nothing = "torture: leaves nothing" in head


def clean_environment(given):
    """As little as possible, nothing of whoever runs the tests, and the same with and without us."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HEAPKIT_AGENT": given.libprof}


def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, environment, folder):
    """Status as waitpid has it for subprocess: an exit code, or minus a signal."""
    here = os.path.join(folder, "here")
    os.mkdir(here)
    process = subprocess.Popen(command, env=environment, cwd=here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=limits, start_new_session=True)
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        errors += b"\nhangs: killed by the harness\n"
    left = sorted(os.listdir(here))
    for name in left:
        os.unlink(os.path.join(here, name))
    os.rmdir(here)
    return {"status": process.returncode, "output": output.decode(errors="replace"),
            "errors": errors.decode(errors="replace"), "files left": left}


def command_of(mode, given, heaps):
    """The command and its environment in a mode; None is without us."""
    environment = clean_environment(given)
    program = [given.program, str(mode.milliseconds if mode else 0), str(given.scale)]
    if mode is None:
        return program, environment
    if mode.through_run is not None:
        return [given.heapkit, "run", "-o", heaps, *mode.through_run, "--", *program], environment
    environment["LD_PRELOAD"] = given.libprof
    environment["PROF"] = ",".join(filter(None, (f"out={heaps}", mode.options)))
    return program, environment


def without(patterns, text):
    for pattern in patterns:
        text = re.sub(pattern, "", text)
    return text


def fewer_timers(text, timers):
    """One that takes our signal for itself also takes our timer away."""
    return re.sub(r"(?<=timers )\d+", lambda found: str(max(int(found.group()) - timers, 0)), text)


def seen_under(mode, result, source, problems):
    """The result as it would be without us, as far as the mode and the source allow it to differ."""
    seen = dict(result)
    seen["output"] = fewer_timers(without(mode.may_differ, seen["output"]), mode.timers)
    for pattern in source.says:
        if not re.search(pattern, seen["errors"]):
            problems.append(f"{mode.name}: does not say {pattern!r}, but {seen['errors']!r}")
    seen["errors"] = without([f"heapkit: .*{pattern}.*\n" for pattern in source.says + source.may_say], seen["errors"])
    if mode.through_run is not None:
        seen["errors"] = without(SAID_BY_RUN, seen["errors"])
        if seen["status"] > 128:  # as a shell says it
            seen["status"] = 128 - seen["status"]
    return seen


def first_difference(name, alone, under):
    """The first lines that differ, with a word from which side."""
    if not isinstance(alone, str):
        return f"{name}: {alone!r} alone, {under!r} under us"
    ours, theirs = under.splitlines(), alone.splitlines()
    at = next((i for i, (a, b) in enumerate(zip(theirs, ours)) if a != b), min(len(theirs), len(ours)))
    return f"{name}, line {at + 1}:\n  alone    {' | '.join(theirs[at:at + 3])}\n  under us {' | '.join(ours[at:at + 3])}"


def compare(mode, given, alone, folder):
    source, problems = Source(given.source), []
    heaps = os.path.join(folder, "heaps " + mode.name)
    os.mkdir(heaps)
    os.chmod(heaps, 0o777)  # some become another user
    result = run(*command_of(mode, given, heaps), folder)
    seen = seen_under(mode, result, source, problems)
    problems += [f"{mode.name}: {first_difference(name, alone[name], seen[name])}" for name in alone
                 if alone[name] != seen[name]]
    if not glob.glob(os.path.join(heaps, "*.heap")) and not source.leaves_nothing and alone["status"] >= 0:
        problems.append(f"{mode.name}: no snapshot was left")
    half_done = glob.glob(os.path.join(heaps, "*.tmp*"))
    if half_done and alone["status"] >= 0:
        problems.append(f"{mode.name}: a file was left half done: {half_done}")
    return problems


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(mode.name for mode in MODES))
        return 0
    parser = argparse.ArgumentParser()
    for name in ("program", "source", "libprof", "heapkit"):
        parser.add_argument(name)
    parser.add_argument("--modes", help="names with commas between them; all when it is left out")
    parser.add_argument("--scale", type=int, default=1, help="how many times as often things are repeated")
    given = parser.parse_args()
    wanted = given.modes.split(",") if given.modes else [mode.name for mode in MODES]
    source = Source(given.source)
    with tempfile.TemporaryDirectory(prefix="heapkit-torture-") as folder:
        os.chmod(folder, 0o755)
        alone = run(*command_of(None, given, ""), folder)
        if alone["status"] == SKIPPED:
            print(alone["output"], end="")
            return SKIPPED
        problems, done = [], []
        for mode in MODES:
            if mode.name in wanted and mode.name not in source.not_in:
                problems += compare(mode, given, alone, folder)
                done.append(mode.name)
    print("\n".join(problems))
    print(f"{len(problems)} difference(s) in: {', '.join(done)}")
    return 1 if problems or not done else 0


if __name__ == "__main__":
    sys.exit(main())
