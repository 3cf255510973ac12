#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the built page of the viewer is what its sources are built into: page.py ROOT

Side: tests. Standard library only: a machine without Node builds heapkit from viewer/built, and still has to notice that
somebody changed a source and did not build, or changed what is built by hand. viewer/built/manifest.json has the SHA-256
of each source and result. Where Node and the packages are there, the page is built again and compared as well.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys

import tree

MOST_BYTES = 400 << 10
BUILT = {"built/page.html", "built/LICENSES.txt"}
OTHER_SOURCES = {"build.mjs", "flamegraph.css", "package.json", "package-lock.json"}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def sources_below(viewer):
    for folder, _, names in os.walk(os.path.join(viewer, "page")):
        yield from (os.path.relpath(os.path.join(folder, name), viewer) for name in names)


def differing(viewer, kind, listed, expected):
    for path in sorted(expected - set(listed)):
        yield f"viewer/{path}: not in the manifest"
    for path, wanted in sorted(listed.items()):
        whole = os.path.join(viewer, path)
        if not os.path.isfile(whole):
            yield f"viewer/{path}: in the manifest, and not there"
        elif digest(whole) != wanted:
            yield f"viewer/{path}: {kind}"


def check(root):
    viewer = os.path.join(root, "viewer")
    with open(os.path.join(viewer, "built/manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    sources = set(sources_below(viewer)) | OTHER_SOURCES
    yield from differing(viewer, "changed since the page was built", manifest["sources"], sources)
    yield from differing(viewer, "not as it was built", manifest["built"], BUILT)
    page = os.path.join(viewer, "built/page.html")
    if os.path.isfile(page) and os.path.getsize(page) > MOST_BYTES:
        yield f"viewer/built/page.html: {os.path.getsize(page)} bytes; the most is {MOST_BYTES}"


def rebuilt(root):
    """What the build says of what is there; None where it cannot run."""
    viewer = os.path.join(root, "viewer")
    if not shutil.which("node") or not os.path.isdir(os.path.join(viewer, "node_modules/esbuild")):
        return None
    return subprocess.run(["node", "build.mjs", "--check"], cwd=viewer, capture_output=True, text=True, check=False)


def main():
    root = sys.argv[1]
    problems = list(check(root))
    built = None if problems else rebuilt(root)
    if built is not None and built.returncode:
        problems.append(built.stderr.strip())
    if problems:
        problems.append("In viewer: npm ci && npm run build, and commit what changed.")
    tree.finish(problems, "the page is built from these sources" + ("" if built else "; not built again: no Node, or no packages"))


if __name__ == "__main__":
    main()
