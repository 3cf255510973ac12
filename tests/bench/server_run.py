# SPDX-License-Identifier: MIT
"""One server, once: starts it in one of three modes, loads it, asks for snapshots meanwhile, weighs its processes.

Side: tests, bench. Linux: everything about processes comes from /proc.
"""
import glob
import os
import re
import signal
import subprocess
import threading
import time

import measure  # noqa: F401, for its search path
import snapshot_file

SECONDS_BETWEEN_SNAPSHOTS = 1
START_SECONDS, STOP_SECONDS = 60, 60
LOSS_THREADS_RAN = 12  # enum prof_loss


def once(kind, mode, build, folder, seconds):
    """A dictionary of everything that the table and the checks want."""
    heaps = os.path.join(folder, "heaps")
    os.mkdir(heaps)
    os.chmod(heaps, 0o777)  # the server may become another user
    kind.prepare(folder, build)
    command = kind.command(folder)
    if mode != "native":
        command = [os.path.join(build, "bin/heapkit"), "run", "-o", heaps, "--no-exit-snapshot", "--"] + command
    output = os.path.join(folder, "output")
    with open(output, "wb") as file:
        started = subprocess.Popen(kind.as_user() + command, cwd=folder, env=kind.environment(folder), stdout=file,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        kind.wait_until_ready(folder, output, time.monotonic() + START_SECONDS)
        main = started.pid if mode == "native" else children_of(started.pid)[0]
        with Watch(main, heaps, build if mode == "snapshots" else None) as watch:
            load = kind.load(folder, seconds)
        os.kill(main, kind.stop_signal)
        status = started.wait(STOP_SECONDS)
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()
    return {**load, **watch.facts(), "status": status, "lines": masked_lines(output)}


def masked_lines(path):
    """What was printed, each line once, without our own lines, with numbers (process ids, times, sizes) masked."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = {line.rstrip().replace(os.path.dirname(path), "FOLDER") for line in file}
    return sorted({re.sub(r"\d+(\.\d+)?", "#", line) for line in lines if line and not line.startswith("heapkit: ")})


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def children_of(pid):
    return [int(child) for task in glob.glob(f"/proc/{pid}/task/*/children") for child in read(task).split()]


def is_copy(pid):
    """Whether it is a copy that writes a snapshot, or did: those alone send no signal to their parent at their end."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return len(fields) > 35 and fields[35] == "0"  # exit_signal, proc(5)


def family_of(pid):
    """The process and all its descendants, parents first."""
    family = [pid]
    for member in family:
        family += [child for child in children_of(member) if not is_copy(child)]
    return family


def pss_bytes(pids):
    found = (re.search(r"^Pss: +(\d+) kB", read(f"/proc/{pid}/smaps_rollup"), flags=re.M) for pid in pids)
    return sum(1024 * int(match.group(1)) for match in found if match)


class Watch:
    """Weighs a server each second in a thread of its own and, with a build folder, takes a snapshot as well."""

    def __init__(self, main, heaps, build):
        self.main, self.heaps, self.build = main, heaps, build
        self.memory_bytes, self.number = 0, 0
        self.pauses_ms, self.added_bytes, self.threads_ran, self.failed = [], [], [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def facts(self):
        return {"memory_bytes": self.memory_bytes, "pauses_ms": self.pauses_ms, "added_bytes": self.added_bytes,
                "threads_ran": self.threads_ran, "failed_snapshots": self.failed}

    def watch(self):
        while not self.ended.wait(SECONDS_BETWEEN_SNAPSHOTS):
            family = family_of(self.main)
            before = pss_bytes(family)
            self.memory_bytes = max(self.memory_bytes, before)
            if self.build:
                self.take(family[self.number % len(family)], family, before)
                self.number += 1

    def take(self, pid, family, before):
        path = os.path.join(self.heaps, f"{self.number}.heap")
        asked = subprocess.Popen([os.path.join(self.build, "bin/heapkit"), "snapshot", str(pid), "-o", path],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        copy = None
        while asked.poll() is None and copy is None:  # the copy has its process id in the name of what it writes
            copy = next((int(name.rsplit(".", 1)[1]) for name in glob.glob(path + "*.tmp.*")), None)
            time.sleep(0.001)
        if copy:
            during = pss_bytes(set(family) | {copy})
            self.memory_bytes = max(self.memory_bytes, during)
            self.added_bytes.append(during - before)
        text = asked.communicate()[0]
        if asked.returncode == 0:
            snapshot = snapshot_file.Snapshot(path)
            self.pauses_ms.append(snapshot.process.pause_ns / 1e6)
            self.threads_ran.append(snapshot.losses()[LOSS_THREADS_RAN])
            os.remove(path)
        elif os.path.exists(f"/proc/{pid}"):  # one that ended meanwhile is nobody's fault
            self.failed.append(f"{read(f'/proc/{pid}/comm').strip()}: {text.strip()}")
