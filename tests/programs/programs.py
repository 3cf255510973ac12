#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the programs of the table alone and under the agent, and compares all that they print and leave behind.

Side: tests. Usage:
    programs.py LIBPROF [NAME…]             those that are installed, or those named; the others are skipped by name
    programs.py --list | --packages         what the table has, and Debian's packages for all of it
      --repeat N                            the forking ones N times under the agent
      --results FILE                        writes what came of it as JSON, in the place of what it had of these programs
      --page FILE JSON                      writes the page from it
With one NAME that is not installed it ends with 77.
"""
import argparse
import fnmatch
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../support")]

import program_table  # noqa: E402
import program_table_more  # noqa: E402
import snapshot_file  # noqa: E402

SKIPPED = 77
TIMEOUT = 420
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PERL_HASH_SEED": "0", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
               "SOURCE_DATE_EPOCH": "0", "TERM": "xterm", "CCACHE_DISABLE": "1", "USER": "root", "LOGNAME": "root", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
               **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                  for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "2020-01-01T00:00:00Z"))}}
TABLE = [row for module in (program_table, program_table_more) for rows in vars(module).values() if isinstance(rows, list) for row in rows]


def missing(program):
    return [name for name in program.needs.split() if shutil.which(name, path=PATH) is None]


def version(program):
    package = program.package.split()[0]
    done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=False)
    return done.stdout or "?"


def shown(data, program, folder):
    """Output without what differs from run to run."""
    text = data.decode(errors="surrogateescape").replace(folder, "FOLDER")
    for pattern in program.hides:
        text = re.sub(pattern, "" if pattern.startswith("heapkit: ") else "…", text)
    return text


def left_behind(folder, program):
    """{path: what it holds}, of regular files."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            short = os.path.relpath(path, folder)
            if os.path.islink(path) or not os.path.isfile(path) or any(fnmatch.fnmatch(short, pattern) for pattern in program.leaves_out):
                continue
            with open(path, "rb") as file:
                found[short] = hashlib.sha256(shown(file.read(), program, folder).encode(errors="surrogateescape")).hexdigest()[:16]
    return found


def run(program, place, extra):
    """All that it gave. The folder has the same name each time, since some programs show it or allocate by it."""
    here = os.path.join(place, "here")
    os.mkdir(here)
    started = time.monotonic()
    process = subprocess.Popen(["/bin/bash", "-c", program.script], cwd=here, env={**ENVIRONMENT, "HOME": here, **extra}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    hangs = False
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        hangs = True
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
    seconds = time.monotonic() - started
    result = {"status": "hangs" if hangs else process.returncode, "output": shown(output, program, here), "errors": shown(errors, program, here),
              "files": left_behind(here, program)}
    shutil.rmtree(here)
    return result, seconds


def recorded_blocks(heaps):
    """Blocks ever allocated, and in how many processes, by the snapshots at their ends."""
    blocks = processes = 0
    for name in os.listdir(heaps):
        if not name.endswith(".heap"):
            continue
        blocks += snapshot_file.Snapshot(os.path.join(heaps, name)).process.allocated_blocks
        processes += 1
    return blocks, processes


def differences(alone, under):
    for name, value in alone.items():
        if value != under[name]:
            yield f"{name}: {tail(value, under[name])} alone, {tail(under[name], value)} under us"


def tail(value, other):
    if isinstance(value, dict):
        return {key: found for key, found in value.items() if other.get(key) != found}
    if isinstance(value, str) and isinstance(other, str):
        same = len(os.path.commonprefix([value, other]))
        return repr(value[max(same - 60, 0):same + 200])
    return repr(value)


def check(program, libprof, repeat):
    """What came of it, for the page."""
    rounds = repeat if program.forks else 1
    with tempfile.TemporaryDirectory(prefix="heapkit-programs-") as place:
        os.chmod(place, 0o755)
        alone, native_seconds = run(program, place, {})
        problems, blocks, processes, seconds = [], 0, 0, 0.0
        # One that differs from itself cannot be compared: its row is wrong, or the program fails here.
        again, _ = run(program, place, {})
        if list(differences(alone, again)):
            problems.append(f"differs from itself: {list(differences(alone, again))}")
        for number in range(0 if problems else rounds):
            heaps = os.path.join(place, f"heaps{number}")
            os.mkdir(heaps)
            os.chmod(heaps, 0o777)
            under, seconds = run(program, place, {"LD_PRELOAD": libprof, "PROF": f"out={heaps},follow=on"})
            problems += [f"round {number + 1}: {line}" for line in differences(alone, under)]
            blocks, processes = recorded_blocks(heaps)
            if not blocks and not program.unrecorded:
                problems.append(f"round {number + 1}: no block was recorded")
            shutil.rmtree(heaps)
    return {"name": program.name, "package": program.package.split()[0], "version": version(program), "done": program.done, "problems": problems,
            "status": alone["status"], "blocks": blocks, "processes": processes, "rounds": rounds, "native seconds": round(native_seconds, 2), "seconds": round(seconds, 2),
            "remark": program.unrecorded}


# Run by hand; Debian's package libpython3.11-testsuite has them.
CPYTHON = ["", "## CPython's own tests", "",
           "Debian's python3.11 with the agent preloaded and followed, `python3 -m test`: test_tracemalloc, test_gc, test_threading (194 tests),",
           "test_signal (55), test_faulthandler, test_subprocess, test_mmap, test_thread and test_multiprocessing_fork (375) pass as they do alone.",
           "Two of the last fail, alone as well, where SIGINT is ignored, as in a shell's background; they were run again in its foreground. Of",
           "test_multiprocessing_spawn and _forkserver the tests of queues, conditions and SIGINT were run, and pass."]


def keep(found, path):
    """Among the results in the file, in the order of the table."""
    rows = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            rows = [row for row in json.load(file) if row["name"] != found["name"]]
    order = [row.name for row in TABLE]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(sorted(rows + [found], key=lambda row: order.index(row["name"])), file, indent=1)


def page(results):
    """docs/programs.md."""
    with open(results, encoding="utf-8") as file:
        rows = json.load(file)
    same = sum(not row["problems"] for row in rows)
    again = [row for row in rows if row["rounds"] > 1]
    hung = sum(any("hangs" in problem for problem in row["problems"]) for row in rows)
    processes, blocks = (sum(row[name] for row in rows) for name in ("processes", "blocks"))
    lines = ["# Programs that were run under heapkit", "",
             "Unmodified programs as Debian 12 ships them (node as NodeSource does), each run alone and under the agent, which followed into every program that they",
             "started. Compared to the byte: what they print, their exit status, and all files that they leave. Written by",
             "`tests/programs/programs.py`, whose table has the commands; [HACKING.md](HACKING.md#test) says how to run it.", "",
             f"**{same} of {len(rows)} are identical**, with {blocks:,} blocks recorded in {processes:,} processes. {len(again)} of those that fork were",
             f"run more often, as the column says; {hung or 'none'} hung.", "",
             "| program | version | what it did | identical | runs | processes | blocks recorded | remarks |", "|---|---|---|---|---:|---:|---:|---|"]
    for row in rows:
        verdict = "yes" if not row["problems"] else "**no**"
        remark = row["remark"] or "; ".join(row["problems"])[:160].replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {row['name']} | {row['version']} | {row['done']} | {verdict} | {row['rounds']} | {row['processes']:,} | {row['blocks']:,} | {remark} |")
    return "\n".join(lines + CPYTHON) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("libprof", nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--packages", action="store_true")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--results")
    parser.add_argument("--page", nargs=2, metavar=("FILE", "JSON"))
    given = parser.parse_args()
    if given.list or given.packages:
        print("\n".join(row.name for row in TABLE) if given.list else " ".join(sorted({name for row in TABLE for name in row.package.split()})))
        return 0
    if given.page:
        with open(given.page[0], "w", encoding="utf-8") as file:
            file.write(page(given.page[1]))
        return 0
    wanted = [row for row in TABLE if not given.names or row.name in given.names]
    assert wanted, f"no such program; the table has: {', '.join(row.name for row in TABLE)}"
    results, skipped = [], []
    for program in wanted:
        if missing(program):
            print(f"skipped: {program.name}: {missing(program)[0]} is not installed here", flush=True)
            skipped.append(program.name)
            continue
        found = check(program, os.path.abspath(given.libprof), given.repeat)
        results.append(found)
        print(f"{'same' if not found['problems'] else 'DIFFERS'}: {program.name} {found['version']}: {found['blocks']} blocks of {found['processes']} processes, "
              f"{found['native seconds']} s alone, {found['seconds']} s", *found["problems"], sep="\n  ", flush=True)
        if given.results:
            keep(found, given.results)
    print(f"{len(results)} run, {len(skipped)} skipped, {sum(bool(row['problems']) for row in results)} differ")
    if not results:
        return SKIPPED
    return 1 if any(row["problems"] for row in results) else 0


if __name__ == "__main__":
    sys.exit(main())
