# SPDX-License-Identifier: MIT
"""The ways in which a program is run: alone, under us in several ways, and under others, as far as they are installed.

Side: tests, bench. Heaptrack's part in the process writes to /dev/null; what it pipes to costs about as much again, see
whole_tool.py. Others than heaptrack are slow, and measured when they are named by --also.
"""
import dataclasses
import glob
import os
import shutil
import subprocess
from typing import Callable

NATIVE, COUNTING, RECORDING, SNAPSHOT, SAMPLING, HEAPTRACK = (
    "native", "counting", "recording", "with snapshot", "sampling", "heaptrack")
SAMPLING_RATE = "512K"


@dataclasses.dataclass
class Kind:
    name: str
    environment: Callable = lambda build, folder: {}
    prefix: Callable = lambda folder: []       # words before the command
    missing: Callable = lambda build: None     # what this machine lacks for it
    only: Callable = lambda program: True      # whether it can run this program
    always: bool = True                        # without --also


def libprof(build):
    return os.path.join(build, "lib/libprof.so")


def recorded(*options):
    def environment(build, folder):
        return {"LD_PRELOAD": libprof(build), "PROF": ",".join([f"out={folder}", "quiet=on", *options])}
    return environment


def no_sampling(build):
    """Whether this build has the option at all."""
    environment = {"LD_PRELOAD": libprof(build), "PROF": f"sample={SAMPLING_RATE},exit=off"}
    said = subprocess.run(["/bin/true"], env=environment, capture_output=True, text=True, check=False).stderr
    return "the option sample" if "no option" in said else None


def first(*patterns):
    return next((path for pattern in patterns for path in sorted(glob.glob(pattern))), None)


HEAPTRACK_LIBRARY = first("/usr/lib/heaptrack/libheaptrack_preload.so", "/usr/lib/*/heaptrack/libheaptrack_preload.so")
JEMALLOC = first("/usr/lib/*/libjemalloc.so.2")
TCMALLOC = first("/usr/lib/*/libtcmalloc.so.4", "/usr/lib/*/libtcmalloc.so.4.*")


def valgrind(*options):
    return lambda folder: [shutil.which("valgrind"), "--quiet", *options]


def absent(program):
    return lambda _build: None if shutil.which(program) else program


KINDS = [
    Kind(NATIVE),
    Kind(COUNTING, lambda build, _: {"LD_PRELOAD": os.path.join(build, "lib/overhead_counting.so")}),
    Kind(RECORDING, recorded("exit=off")),
    Kind(SNAPSHOT, recorded()),
    Kind(SAMPLING, recorded(f"sample={SAMPLING_RATE}", "exit=off"), missing=no_sampling),
    Kind(HEAPTRACK, lambda _build, _folder: {"LD_PRELOAD": HEAPTRACK_LIBRARY, "DUMP_HEAPTRACK_OUTPUT": "/dev/null"},
         missing=lambda _: None if HEAPTRACK_LIBRARY else "libheaptrack",
         only=lambda program: program.group != "family"),
    Kind("heaptrack-whole", prefix=lambda folder: ["heaptrack", "-o", os.path.join(folder, "heaptrack.out")],
         missing=absent("heaptrack"), always=False),
    Kind("memcheck", prefix=valgrind("--leak-check=full"), missing=absent("valgrind"), always=False),
    Kind("massif", prefix=valgrind("--tool=massif", "--massif-out-file=/dev/null"), missing=absent("valgrind"), always=False),
    Kind("jemalloc", lambda _build, folder: {"LD_PRELOAD": JEMALLOC, "MALLOC_CONF":
                                             f"prof:true,lg_prof_sample:0,prof_final:true,prof_prefix:{folder}/jeprof"},
         missing=lambda _: None if JEMALLOC else "libjemalloc", always=False),
    Kind("gperftools", lambda _build, folder: {"LD_PRELOAD": TCMALLOC, "HEAPPROFILE": f"{folder}/gperftools"},
         missing=lambda _: None if TCMALLOC else "libtcmalloc", always=False),
    Kind("memray", prefix=lambda folder: ["memray", "run", "--native", "--force", "-o", os.path.join(folder, "memray.bin")],
         missing=absent("memray"), only=lambda program: program.name == "python3", always=False),
]


def chosen(build, also):
    """The kinds that this machine can run, and {name: what is missing} of those that it cannot."""
    wanted = [kind for kind in KINDS if kind.always or kind.name in also]
    lacking = {kind.name: kind.missing(build) for kind in wanted}
    return ([kind for kind in wanted if lacking[kind.name] is None],
            {name: what for name, what in lacking.items() if what is not None})
