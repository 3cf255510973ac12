# SPDX-License-Identifier: MIT
"""The files of the source tree, as the house tests see them.

Side: tests. Standard library only.
"""
import os
import subprocess
import sys

SOURCE_ENDINGS = (".h", ".hpp", ".c", ".cpp")


def files(root):
    """Paths below `root`, relative, sorted: what git knows or would add; without git, everything but build folders."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = list(_walk(root))
    return sorted(path for path in set(listed) if path and os.path.isfile(os.path.join(root, path)))


def _walk(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", "build", ".cache")]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def finish(problems, good):
    """Prints the problems, or the one good line, and ends the test."""
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"{len(problems)} problem(s)")
    print(good)
