#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program of the suite under another tool, with and without us: either both work, or we say in one line that we stay asleep.

Side: tests. Usage: tools.py TOOL SOURCE LIBPROF.  TOOL is a name of the table. Ends with 77, and says why, where it is missing.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import torture

SKIPPED = 77
TIMEOUT = 120
PROCESS = r"==\d+==|process \d+|\(LWP \d+\)|0x[0-9a-f]+"

# Name: how the program is compiled, what stands before it, whether we stay asleep.
TOOLS = {
    "gdb": (["gcc"], ["gdb", "-nx", "-q", "-batch", "-ex", "break exit", "-ex", "run", "-ex", "kill", "--args"], False),
    "strace": (["gcc"], ["strace", "-f", "-o", "trace", "-e", "trace=exit_group"], False),
    "callgrind": (["gcc"], ["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=/dev/null"], False),
    "memcheck": (["gcc"], ["valgrind", "-q", "--error-exitcode=9"], True),
    "massif": (["gcc"], ["valgrind", "-q", "--tool=massif", "--massif-out-file=/dev/null"], True),
    "gcc's ThreadSanitizer": (["gcc", "-fsanitize=thread"], [], True),
    "clang's ThreadSanitizer": (["clang", "-fsanitize=thread"], [], True),
    "clang's AddressSanitizer": (["clang", "-fsanitize=address"], [], True),
    "gcc's LeakSanitizer": (["gcc", "-fsanitize=leak"], [], True),
    "UndefinedBehaviorSanitizer": (["gcc", "-fsanitize=undefined"], [], False),
}
ASLEEP = r"heapkit: nothing is recorded: .*\n"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def run(command, environment):
    done = subprocess.run(command, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    trace = ""
    if os.path.exists("trace"):
        with open("trace", encoding="utf-8") as file:
            trace = re.sub(r"^\d+ +", "", file.read(), flags=re.M)
    # Addresses differ, and in which order gdb sees threads begin and end.
    done.stdout = re.sub(r"^\[(New )?Thread .*\n", "", done.stdout, flags=re.M)
    return {"status": done.returncode, "output": re.sub(PROCESS, "…", done.stdout), "errors": re.sub(PROCESS, "…", done.stderr), "trace": trace}


def main():
    name, source, libprof = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
    compiler, before, asleep = TOOLS[name]
    for program in (compiler[0], *before[:1]):
        if shutil.which(program) is None:
            skip(f"{program} is not installed here")
    with tempfile.TemporaryDirectory(prefix="heapkit-torture-") as folder:
        os.chdir(folder)
        built = subprocess.run([*compiler, "-g", "-O1", "-w", "-D_GNU_SOURCE", "-fno-builtin", source, "-o", "program", "-pthread", "-ldl", "-lm"],
                               capture_output=True, check=False)
        if built.returncode != 0:
            skip(f"{' '.join(compiler)} does not build programs here")
        alone = run([*before, "./program"], {})
        # The tool itself is recorded as well, where it is no other program's.
        under = run([*before, "./program"], {"LD_PRELOAD": libprof, "PROF": f"out={folder}/heaps,follow=on"})
        said = re.findall(ASLEEP, under["errors"])
        under["errors"] = re.sub(ASLEEP, "", under["errors"])
        under["output"] = re.sub(r"environment (LD_PRELOAD|PROF)=.*\n", "", under["output"])
        alone["output"] = re.sub(r"environment LD_PRELOAD=.*\n", "", alone["output"])
        heaps = [file for file in os.listdir("heaps") if file.startswith("program.")] if os.path.isdir("heaps") else []
        os.chdir("/")
    problems = [torture.first_difference(what, alone[what], under[what]) for what in alone if alone[what] != under[what]]
    if bool(said) != asleep:
        problems.append(f"asleep: {said}")
    if not asleep and not heaps and name != "gdb":  # which kills it
        problems.append("no snapshot was left")
    print("\n".join(problems) or "the same")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
