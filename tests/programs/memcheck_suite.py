#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks memcheck and heapkit for their verdicts on the leak tests of Valgrind's own suite, and compares them.

Usage: memcheck_suite.py BUILD_FOLDER VALGRIND_SOURCES [--keep FOLDER] [PROGRAM…]

VALGRIND_SOURCES is an unpacked source package (`apt-get source valgrind`). Each test is compiled once, with -g, and
run twice: under valgrind, and under `heapkit run`. Wherever the test asks memcheck for a check, memcheck/memcheck.h
takes a snapshot as well; the end of the program is one more. Of each, blocks and bytes of the four kinds are compared.

Ends with 1 when one differs that is not listed in EXPLAINED with its reason, with 77 when valgrind is not there.
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
STALE = "a pointer is left in a part of the stack that nobody wrote since; memcheck knows that it is not defined"
THREADS = ("glibc refers to a thread's vector of thread-local storage at its byte 16; the agent knows that it holds it, and "
           "is itself one more module with such storage, 16 bytes")
EXPLAINED = {"leak-segv-jmp": "the test declares a pointer undefined to memcheck alone", "realloc1": STALE, "demangle": STALE,
             "reach_thread_register": THREADS, "thread_alloca": THREADS, "leak-pool": POOLS, "leak-autofreepool": POOLS}


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
    if len(theirs) != len(ours):
        yield f"{len(theirs)} checks by memcheck, {len(ours)} snapshots"
        return
    for number, (memcheck, heapkit) in enumerate(zip(theirs, ours), 1):
        for kind in verdicts.KINDS:
            if memcheck[kind] != heapkit[kind]:
                yield (f"check {number} of {len(theirs)}, {kind}: memcheck {memcheck[kind][1]} bytes in "
                       f"{memcheck[kind][0]} blocks, heapkit {heapkit[kind][1]} in {heapkit[kind][0]}")


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
    unexplained = 0
    with tempfile.TemporaryDirectory(prefix="heapkit-memcheck-") as temporary:
        top = os.path.abspath(given.keep or temporary)
        for name, *words in PROGRAMS:
            if given.programs and name not in given.programs:
                continue
            program = compiled(name, os.path.abspath(given.sources), top)
            folder = os.path.join(top, "-".join([name] + words) + ".d")
            os.makedirs(folder)
            theirs = verdicts.memcheck([program] + words, folder)
            ours = verdicts.heapkit(os.path.abspath(given.build), [program] + words, folder)
            found = list(differences(theirs, ours))
            reason = EXPLAINED.get(name)
            print(f"{' '.join([name] + words)}: {len(theirs)} checks, " + ("all equal" if not found else f"{len(found)} differences" +
                                                       (f", as expected: {reason}" if reason else "")), flush=True)
            for line in found:
                print(f"    {line}")
            unexplained += len(found) if not reason else 0
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
