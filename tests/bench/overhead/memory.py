# SPDX-License-Identifier: MIT
"""How much memory does the agent take: for each live block, for each call stack, and at all?

Side: tests, bench. From outside: the peak resident set of a program under the agent, less that of the program alone. What a
block or a stack takes is the difference of two sizes of the program, so that nothing fixed is in it. Two kinds of stacks, with
few nodes of their own and with many, tell a stack from its nodes.
"""
import os
import re
import subprocess
import tempfile

import kinds
import runs
import tables

BLOCKS, MOST_BYTES = 500_000, 1 << 29
SIZES = (24, 48, 100, 400, 4000)
LEVELS = 15              # 2^15 stacks, and twice as many
OF_EACH = 4              # nodes for each stack besides its tail: its share of the tree, and the last calls
# Nodes for each stack: eight times as many, as tables that double are then as full, three quarters of their most.
SHORT, LONG = 6, 48
HEADER_BYTES, ALIGNMENT, SMALLEST = 8, 16, 24


def usable(requested):
    """What glibc gives for it."""
    return max(SMALLEST, (requested + HEADER_BYTES + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT - HEADER_BYTES)


def peak(build, command, kind, folder):
    return runs.spawn(build, command, dict(os.environ), kind.environment(build, folder), folder)[0]["rss"]


def added(build, words, kind, native, folder):
    command = [os.path.join(build, "bin", words[0]), *map(str, words[1:])]
    return peak(build, command, kind, folder) - peak(build, command, native, folder)


def of_blocks(build, ways, blocks, folder):
    native, rows = ways[0], []
    for size in SIZES:
        per_block, fewer = {}, min(blocks, MOST_BYTES // size)
        for kind in ways[1:]:
            few, many = (added(build, ("bench_keep", count, size), kind, native, folder) for count in (fewer, 2 * fewer))
            per_block[kind.name] = (many - few) / fewer
        rows.append({"requested": size, "usable": usable(size), "added_bytes": per_block})
    return rows


def of_stacks(build, recording, native, folder):
    """{bytes of a stack with its counters, bytes of a node}."""
    per_stack = {}
    for nodes in (SHORT, LONG):
        few, many = (added(build, ("overhead_stacks", levels, nodes - OF_EACH), recording, native, folder)
                     for levels in (LEVELS, LEVELS + 1))
        per_stack[nodes] = (many - few) / 2**LEVELS
    node = (per_stack[LONG] - per_stack[SHORT]) / (LONG - SHORT)
    return {"stack_bytes": per_stack[SHORT] - SHORT * node, "node_bytes": node}


def private_bytes(build, kind, folder):
    """Of a process that does nothing, a `cat` that has passed on one line: dirty pages that are its own, and all."""
    process = subprocess.Popen(["/bin/cat"], env={**os.environ, **kind.environment(build, folder)}, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    process.stdin.write(b"ready\n")
    process.stdin.flush()
    process.stdout.readline()
    with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:
        said = dict(re.findall(r"^(\w+):\s+(\d+) kB", file.read(), re.M))
    process.communicate()
    return {"private": int(said["Private_Dirty"]) * 1024, "resident": int(said["Rss"]) * 1024}


def fixed(build, ways, folder):
    sizes = {kind.name: private_bytes(build, kind, folder) for kind in ways}
    native = sizes[kinds.NATIVE]
    return {kind: {key: size[key] - native[key] for key in native} for kind, size in sizes.items() if kind != kinds.NATIVE}


def measure_all(build, all_kinds, quick):
    ways = [kind for kind in all_kinds if kind.name in (kinds.NATIVE, kinds.RECORDING, kinds.SAMPLING, kinds.HEAPTRACK)]
    recording = next(kind for kind in ways if kind.name == kinds.RECORDING)
    with tempfile.TemporaryDirectory() as folder:
        return {"blocks": of_blocks(build, ways, BLOCKS // (10 if quick else 1), folder),
                "stacks": of_stacks(build, recording, ways[0], folder), "fixed": fixed(build, ways, folder)}


def most_for_block(usable_bytes):
    """The bar."""
    return 0.27 * usable_bytes + 8


def show(printer, facts):
    printer.part("memory", "Memory")
    names = list(facts["blocks"][0]["added_bytes"])
    printer.table(["a live block of", "usable", *(f"{name} adds" for name in names), "of the usable bytes", "bar"],
                  [[f"{one['requested']} B", f"{one['usable']} B", *(tables.bytes_of(one["added_bytes"][name]) for name in names),
                    f"{one['added_bytes'][kinds.RECORDING] / one['usable']:.0%}", tables.bytes_of(most_for_block(one["usable"]))]
                   for one in facts["blocks"]])
    printer.text(f"A call stack with its counters takes {facts['stacks']['stack_bytes']:.0f} B, a node of the tree of stacks "
                 f"{facts['stacks']['node_bytes']:.0f} B.")
    printer.text("A process that does nothing has more: " + "; ".join(
        f"{kind} {tables.mebibytes(size['private'])} of private pages, {tables.mebibytes(size['resident'])} resident"
        for kind, size in facts["fixed"].items()) + ".")
