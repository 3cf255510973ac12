#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks memcheck and heapkit for their verdicts on the leak tests of Valgrind's own suite, and compares them.

Usage: memcheck_suite.py BUILD_FOLDER VALGRIND_SOURCES [--keep FOLDER] [PROGRAM…]

VALGRIND_SOURCES is an unpacked source package (`apt-get source valgrind`). Each test is compiled once, with -g, and
run twice: under valgrind, and under `heapkit run`. Wherever the test asks memcheck for a check, memcheck/memcheck.h
takes a snapshot as well; the end of the program is one more. Of each, blocks and bytes of the four kinds are compared.
Then the same snapshots are judged by the default rules, which may know more holders, and lose nothing and find nothing.

Ends with 1 when the differences are not exactly those that EXPECTED lists with their reason, too few of them included;
with 77 when valgrind is not there.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import verdicts

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
BRIDGE = os.path.join(HERE, "../../libprof/include")
# With their words, where they take any.
PROGRAMS = [name.split() for name in (
    "leak-0, leak-cases, leak-cycle, leak-delta, leak-tree, leak-segv-jmp, leak_cpp_interior, nanoleak2, trivialleak, "
    "reach_thread_register, new_nothrow, cxx17_aligned_new, sized_delete, inltemplate, demangle, realloc1, realloc2, "
    "realloc3, calloc-overflow, malloc3, memalign2, thread_alloca, pointer-trace, recursive-merge, sigaltstack, wcs, "
    "leak-pool 0, leak-pool 3, leak-autofreepool 0, leak-autofreepool 4").split(", ")]

POOLS = "blocks of a memory pool are what the program declares to memcheck alone"
THREADS = ("glibc refers to a thread's vector of thread-local storage at its byte 16; the agent knows that it holds it, and "
           "is itself one more module with such storage, 16 bytes")
UNDEFINED = "the test declares a pointer undefined to memcheck alone"
D, I, P, R = verdicts.KINDS
# Of a program with its words: why, and by how many (blocks, bytes) of which kind heapkit has more in which check.
EXPECTED = {
    "leak-segv-jmp": (UNDEFINED, {(3, D): (-1, -1000), (3, R): (1, 1000)}),
    "reach_thread_register": (THREADS, {(1, P): (-1, -272), (1, R): (1, 272 + 16)}),
    "thread_alloca": (THREADS, {(1, P): (-4, -4 * 272), (1, R): (4, 4 * (272 + 16))}),
    "leak-pool 0": (POOLS, {(1, D): (-99, -1584), (1, I): (0, 4096 - 16)}),
    "leak-pool 3": (POOLS, {(1, D): (-99, -1584), (1, I): (0, 4096 - 16)}),
    "leak-autofreepool 0": (POOLS, {(1, D): (-20, -320)}),
    "leak-autofreepool 4": (POOLS, {(1, D): (-20, -320), (1, P): (-1, -4096)}),
}


def compiled(name, sources, folder):
    """The executable, in a folder laid out as the tests expect it: their memcheck.h is one above."""
    place = os.path.join(folder, "memcheck/tests")
    if not os.path.exists(place):
        os.makedirs(place)
        for header in ("memcheck/tests/leak.h", "tests/sys_mman.h", "tests/malloc.h"):
            target = os.path.join(folder, header)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(os.path.join(sources, header), target)
        shutil.copy(os.path.join(HERE, "memcheck/memcheck.h"), os.path.join(folder, "memcheck"))
        open(os.path.join(folder, "config.h"), "w", encoding="ascii").close()
    suffix = next(suffix for suffix in (".c", ".cpp", ".cc") if
                  os.path.exists(os.path.join(sources, "memcheck/tests", name + suffix)))
    shutil.copy(os.path.join(sources, "memcheck/tests", name + suffix), place)
    program = os.path.join(folder, name)
    subprocess.run(["gcc" if suffix == ".c" else "g++", "-g", "-O0", "-w", "-fno-builtin", "-DVGO_linux",
                    "-DVGA_amd64", "-DVGP_amd64_linux", "-I", BRIDGE, "-I", folder, "-I", "/usr/include/valgrind", "-o", program,
                    os.path.join(place, name + suffix), "-lpthread"], check=True)
    return program


def differences(theirs, ours):
    """{(number of the check, kind): (blocks, bytes) that heapkit has more}."""
    found = {}
    for number, (memcheck, heapkit) in enumerate(zip(theirs, ours), 1):
        for kind in verdicts.KINDS:
            more = tuple(our - their for our, their in zip(heapkit[kind], memcheck[kind]))
            if more != (0, 0):
                found[number, kind] = more
    return found


def in_words(found):
    return "".join(f"    check {number}, {kind}: heapkit has {blocks:+} blocks, {size:+} bytes\n"
                   for (number, kind), (blocks, size) in found.items())


def judged(name, command, build, folder):
    """Says how one program went, and whether that is as expected."""
    theirs = verdicts.memcheck(command, folder)
    paths = verdicts.snapshots(build, command, folder)
    ours = [verdicts.heapkit_verdict(build, path, folder, verdicts.memcheck_rules(path)) for path in paths]
    reason, expected = EXPECTED.get(name, ("", {}))
    found = differences(theirs, ours)
    wrong = [] if len(theirs) == len(ours) else [f"{len(theirs)} checks by memcheck, {len(ours)} snapshots"]
    if found != expected:
        wrong.append(f"not the differences that are expected, which are\n{in_words(expected) or '    none'}".rstrip())
    for number, (path, verdict) in enumerate(zip(paths, ours), 1):
        if verdicts.memcheck_rules(path) == "memcheck":
            default = verdicts.default_rules_wrong(verdict, verdicts.heapkit_verdict(build, path, folder, ""))
            wrong += [f"check {number}: {default}"] if default else []
    print(f"{name}: {len(theirs)} checks, {len(found)} differences{f': {reason}' if reason else ''}\n{in_words(found)}" +
          "".join(f"  WRONG: {each}\n" for each in wrong), end="", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("sources")
    parser.add_argument("--keep", metavar="FOLDER", help="an empty folder for executables, snapshots and logs")
    parser.add_argument("programs", nargs="*")
    given = parser.parse_intermixed_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed here")
        return SKIPPED
    all_right = True
    with tempfile.TemporaryDirectory(prefix="heapkit-memcheck-") as temporary:
        top = os.path.abspath(given.keep or temporary)
        for name, *words in PROGRAMS:
            if given.programs and name not in given.programs:
                continue
            program = compiled(name, os.path.abspath(given.sources), top)
            folder = os.path.join(top, "-".join([name] + words) + ".d")
            os.makedirs(folder)
            all_right &= judged(" ".join([name] + words), [program] + words, os.path.abspath(given.build), folder)
    return 0 if all_right else 1


if __name__ == "__main__":
    sys.exit(main())
