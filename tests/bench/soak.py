#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server under load with a snapshot a second, threads coming and going: nothing drifts, and nothing is lost.

Side: tests. soak.py LIBPROF HEAPKIT SERVER [--minutes N] [--json FILE]; SERVER is the test program faults_server. As a
test it takes a third of a minute; ten minutes are the real thing.

Held at its end:
  - the last snapshot has each block of the program's own account, by site, in blocks and bytes;
  - from a tenth of the time on, the agent's own memory grows by its two lists of what was, threads (65,536 at most) and
    time (a tick for each 65,536th of the age), by the side table's share of what the program itself has grown by, and
    otherwise by no more than DRIFT_BYTES;
  - each snapshot that is there opens, and there was about one a second;
  - a request costs less processor time than BAR times that of a run without the agent, beside it.
"""
import argparse
import glob
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import snapshot_file  # noqa: E402

BAR, DRIFT_BYTES, TABLE_SHARE = 1.7, 256 << 10, 0.3
THREADS_SECTION, THREAD_BYTES, TICK_BYTES = 5, 16, 24


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lists_bytes(snapshot):
    """What the agent's lists of ended threads and of ticks take: arrays that double."""
    threads, ticks = snapshot.sections[THREADS_SECTION].count, snapshot.process.current_tick
    return (THREAD_BYTES << threads.bit_length()) + (TICK_BYTES << ticks.bit_length())


def field(pid, name):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith(name + ":"))
    except (OSError, StopIteration):
        return None


class Soak:
    def __init__(self, given, folder):
        self.given, self.folder, self.resident = given, folder, []

    def heapkit(self, *words):
        answer = subprocess.run([self.given.heapkit, *words, "--json"], capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    def native(self, seconds):
        """Seconds of processor a request."""
        before = cpu_of_children()
        output = subprocess.run([self.given.server, str(seconds)], capture_output=True, text=True, check=True).stdout
        return (cpu_of_children() - before) / int(output.split()[0])

    def recorded(self, seconds):
        environment = {**os.environ, "LD_PRELOAD": self.given.libprof,
                       "PROF": f"out={self.folder},interval=1,keep=1000"}
        before = cpu_of_children()
        with subprocess.Popen([self.given.server, str(seconds)], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                if (now := field(process.pid, "VmRSS")) is not None:
                    self.resident.append(now)
                self.thin_out()
                time.sleep(0.2)
            output, errors = process.communicate()
        assert process.returncode == 0 and errors == "", (process.returncode, errors)
        requests, threads, sessions, part_bytes = map(int, output.split())
        return {"requests": requests, "threads": threads, "sessions": sessions, "part_bytes": part_bytes,
                "cpu_s": cpu_of_children() - before}

    def thin_out(self):
        """What lies between is judged as it comes and taken away: ten minutes of snapshots are many."""
        paths = self.paths()
        for path in paths[:-2]:
            self.judge(path)
            os.remove(path)

    def judge(self, path):
        self.heapkit("info", path)
        snapshot = snapshot_file.Snapshot(path)
        self.own_bytes.append(snapshot.process.own_bytes)
        self.lists_bytes.append(lists_bytes(snapshot))

    def paths(self):
        return sorted(glob.glob(os.path.join(self.folder, "*.heap")), key=lambda path: int(path.split(".")[-2]))

    def run(self):
        seconds = max(6, round(self.given.minutes * 60))
        self.own_bytes, self.lists_bytes = [], []
        usual = [self.native(max(2, seconds // 20))]
        result = self.recorded(seconds)
        usual.append(self.native(max(2, seconds // 20)))
        last = self.paths()[-1]
        for path in self.paths():
            self.judge(path)
        return {**result, "seconds": seconds, "snapshots": len(self.own_bytes), "last": last, "own_bytes": self.own_bytes,
                "ratio": result["cpu_s"] / result["requests"] / (sum(usual) / len(usual))}

    def check(self, result):
        rows = self.heapkit("stats", result["last"], "--by", "function", "--limit", "0")["answers"]["by_function"]["rows"]
        found = {row["function"]: (row["count"], row["size"]) for row in rows}
        sessions = result["sessions"]
        assert found["take_session"][0] == sessions, (found["take_session"], sessions)
        assert found["take_part"] == (3 * sessions, result["part_bytes"]), (found["take_part"], result)
        own = result["own_bytes"]
        early, late = own[len(own) // 10], own[-1]
        resident = self.resident
        grown = resident[-1] - resident[len(resident) // 10] - (late - early)
        lists = self.lists_bytes[-1] - self.lists_bytes[len(own) // 10]
        assert late - early - lists <= DRIFT_BYTES + TABLE_SHARE * max(0, grown), (early, late, lists, grown)
        assert result["snapshots"] >= result["seconds"] // 2, result["snapshots"]
        assert result["ratio"] < BAR, result["ratio"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("libprof", "heapkit", "server"):
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("--minutes", type=float, default=0.2)
    parser.add_argument("--json", metavar="FILE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heapkit-soak-") as folder:
        soak = Soak(given, folder)
        result = soak.run()
        own, resident, lists = result.pop("own_bytes"), soak.resident, soak.lists_bytes
        result.update(own_mib=[round(each / 2**20, 2) for each in (own[len(own) // 10], own[-1])],
                      lists_mib=[round(each / 2**20, 2) for each in (lists[len(own) // 10], lists[-1])],
                      resident_mib=[round(each / 2**20, 2) for each in (resident[len(resident) // 10], resident[-1])])
        print(json.dumps({name: value for name, value in result.items() if name != "last"}, indent=1))
        soak.check({**result, "own_bytes": own})
    if given.json:
        with open(given.json, "w", encoding="ascii") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
