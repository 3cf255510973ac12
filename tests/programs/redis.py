#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's redis-server, over jemalloc, under redis-benchmark: no block is lost, and together they are what redis itself says
that it uses.

Side: tests. Usage: redis.py LIBPROF HEAPKIT.  Ends with 77, and says why, when redis is not installed.

redis keeps the sum of malloc_usable_size of all it allocated (used_memory), and that of its Lua apart. A snapshot has
the usable size of each block, and by its stack whether redis asked for it or a library. They differ a little: Lua counts what
it asked for, and the connection that asks redis is gone when the snapshot is taken.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))

import snapshot_file  # noqa: E402

SKIPPED = 77
TIMEOUT = 120
TOLERATED_BYTES = 64 << 10
LOSSES = {0: "reentrant", 1: "no memory", 5: "implicit free", 10: "early", 11: "unknown free"}
PROGRAMS = ("redis-server", "redis-cli", "redis-benchmark")
# Sections and elements of format.h.
MODULES, NODE_PC, STACKS, BLOCK_SIZE, BLOCK_STACK, BLOCK_SLACK = 3, 7, 9, 11, 12, 14
SIZE_BITS, ADDRESS_BITS = (1 << 48) - 1, (1 << 48) - 1


def column(snapshot, section, code):
    found = snapshot.sections[section]
    return struct.unpack_from(f"<{found.count}{code}", snapshot.bytes, found.offset)


def elements(snapshot, section, form):
    found = snapshot.sections[section]
    return [struct.unpack_from(form, snapshot.bytes, found.offset + i * found.element_bytes) for i in range(found.count)]


def usable_of_executable(snapshot):
    """Usable bytes of the blocks that the executable's own functions asked for."""
    executable = next((start, end) for _, start, end, path, _, _, flags in elements(snapshot, MODULES, "<QQQIHHI") if flags & 1)
    pcs = column(snapshot, NODE_PC, "Q")
    own = [executable[0] <= pcs[node] & ADDRESS_BITS < executable[1] for node, in elements(snapshot, STACKS, "<I")]
    rows = zip(column(snapshot, BLOCK_SIZE, "Q"), column(snapshot, BLOCK_STACK, "I"), column(snapshot, BLOCK_SLACK, "I"))
    return sum((size & SIZE_BITS) + slack for size, stack, slack in rows if own[stack])


def check_losses(path):
    losses = snapshot_file.Snapshot(path).losses()
    lost = {name: losses[number] for number, name in LOSSES.items() if losses[number]}
    assert not lost, f"{path}: {lost}"


class Redis:
    def __init__(self, libprof, folder):
        self.socket = os.path.join(folder, "redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", folder],
            env={**os.environ, "LD_PRELOAD": libprof, "PROF": f"out={folder},exit=off"}, stdout=subprocess.DEVNULL)

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, timeout=TIMEOUT, check=False).stdout

    def wait_until_it_answers(self):
        until = time.monotonic() + TIMEOUT
        while self.ask("ping").strip() != "PONG":
            assert self.process.poll() is None and time.monotonic() < until, "redis-server does not answer"

    def says(self, name):
        return int(re.search(rf"^{name}:(\d+)", self.ask("info", "memory"), re.M).group(1))


def main():
    libprof, heapkit = sys.argv[1:3]
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print(f"skipped: {missing[0]} is not installed here")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="heapkit-redis-") as folder:
        redis = Redis(libprof, folder)
        try:
            redis.wait_until_it_answers()
            load = subprocess.Popen(["redis-benchmark", "-s", redis.socket, "-n", "20000", "-r", "5000", "-c", "20", "-d", "100",
                                     "-t", "set,lpush,hset,zadd,sadd", "-q"], stdout=subprocess.DEVNULL)
            taken = 0
            while load.poll() is None or taken == 0:
                path = os.path.join(folder, f"{taken}.heap")
                subprocess.run([heapkit, "snapshot", str(redis.process.pid), "-o", path], capture_output=True, timeout=TIMEOUT, check=True)
                check_losses(path)
                os.unlink(path)
                taken += 1
            said = redis.says("used_memory") + redis.says("used_memory_vm_eval")
            path = os.path.join(folder, "end.heap")
            subprocess.run([heapkit, "snapshot", str(redis.process.pid), "-o", path], capture_output=True, timeout=TIMEOUT, check=True)
            check_losses(path)
            seen = usable_of_executable(snapshot_file.Snapshot(path))
        finally:
            redis.process.terminate()
            redis.process.wait(TIMEOUT)
    print(f"{taken} snapshots under load; redis says {said} bytes, the snapshot has {seen} ({seen - said:+})")
    assert abs(seen - said) < TOLERATED_BYTES
    return 0


if __name__ == "__main__":
    sys.exit(main())
