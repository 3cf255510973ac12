#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that no file includes upwards: reads the floors table of docs/ARCHITECTURE.md and every #include below
libprof/, cli/ and viewer/. A folder with sources but without a row is an error too.

Side: tests. Usage: floors.py ROOT

A row reads | `folder` | what it is | may include |; its last cell names folders or files in backquotes, and packages
as plain words (OUTSIDE below says which headers they mean). The platform's C headers are open to all but the bridge;
C++ headers are open outside the target, and inside it only those of FREESTANDING.
"""
import os
import re
import sys

import tree

HOUSE = ("libprof/", "cli/", "viewer/")
BRIDGE = "libprof/include/prof"
AGENT = "libprof/agent"
# Where the compiler looks for a quoted header, by the side of the file that includes it.
INCLUDE_ROOTS = {AGENT: ("libprof/agent", "libprof/include"), "": ("libprof/heap", "libprof/include", "cli", "viewer")}

OUTSIDE = {  # package: pattern of its headers
    "fmt": r"fmt/.*",
    "lzma": r"lzma\.h",
    "elfutils": r"(libdw|libdwfl|libelf|gelf|dwarf)\.h|elfutils/.*",
    "nlohmann": r"nlohmann/.*",
    "graphviz": r"graphviz/.*",
    "CLI11": r"CLI/.*",
    "ncurses": r"n?curses\.h",
    "libunwind": r"libunwind.*\.h",
    "zstd": r"zstd.*\.h",
    "zlib": r"zlib\.h",
    "protozero": r"protozero/.*",
    "httplib": r"httplib\.h",
    "gtest": r"gtest/.*",
    "catch2": r"catch2/.*|catch\.hpp",
}
C_STANDARD = set("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
                 "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar "
                 "wctype".split())
# C++ headers that bring neither a heap nor a C++ runtime into the target.
FREESTANDING = set("array atomic bit climits concepts cstdarg cstddef cstdint cstring initializer_list iterator limits "
                   "new span tuple type_traits utility version cerrno csignal cstdlib".split())


def read_table(text):
    """{folder: set of what it may include}, from the Markdown table whose first heading is `folder`."""
    rows = {}
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == "folder":
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            folder = cells[0].strip("`").rstrip("/")
            allowed = set(path.rstrip("/") for path in re.findall(r"`([^`]+)`", cells[-1]))
            rows[folder] = allowed | set(re.sub(r"`[^`]*`", " ", cells[-1]).split())
    return rows


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def resolve(root, folder, header):
    """The header's path in the tree, or None when it comes from outside."""
    side = AGENT if folder.startswith(AGENT) else ""
    for base in (folder,) + INCLUDE_ROOTS[side]:
        path = os.path.normpath(os.path.join(base, header))
        if os.path.isfile(os.path.join(root, path)):
            return path
    return None


def inside_problem(folder, allowed, target):
    target_folder = os.path.dirname(target)
    if target_folder == folder or target_folder in allowed or target in allowed:
        return None
    return f"{target_folder} is not below {folder}"


def outside_problem(path, allowed, header):
    folder = os.path.dirname(path)
    for package, pattern in OUTSIDE.items():
        if re.fullmatch(pattern, header):
            return None if package in allowed else f"{folder} has no door to {package}"
    if folder == BRIDGE and path.endswith(".h"):
        return None if header.removesuffix(".h") in C_STANDARD else "a .h of the bridge knows the C standard headers only"
    is_cpp = not header.endswith(".h") or header == "cxxabi.h"
    if is_cpp and folder.startswith(AGENT) and header not in FREESTANDING:
        return "not in the target process: this header brings the C++ runtime or a heap"
    return None


def check(root):
    rows = read_table(tree.read(root, "docs/ARCHITECTURE.md"))
    if not rows:
        return ["docs/ARCHITECTURE.md has no floors table"], 0
    problems, count, without_row = [], 0, set()
    for path in tree.files(root):
        folder = os.path.dirname(path)
        if not path.startswith(HOUSE) or not path.endswith(tree.SOURCE_ENDINGS):
            continue
        if folder not in rows:
            without_row.add(folder)
            continue
        for number, header in includes(tree.read(root, path)):
            count += 1
            target = resolve(root, folder, header)
            problem = (inside_problem(folder, rows[folder], target) if target
                       else outside_problem(path, rows[folder], header))
            if problem:
                problems.append(f"{path}:{number}: #include {header}: {problem}")
    problems += [f"{folder} has no row in docs/ARCHITECTURE.md" for folder in sorted(without_row)]
    return problems, count


if __name__ == "__main__":
    found, total = check(sys.argv[1])
    tree.finish(found, f"{total} includes, all on their floors")
