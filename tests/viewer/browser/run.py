#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives the page of heapkit view and heapkit report in a real browser, on snapshots of real programs.

Side: tests. Usage: run.py BIN_FOLDER AGENT DOCSERVER CXX [--screenshots FOLDER]

Records docserver three times while it leaks, Python with some hundred thousand blocks, and a program whose types and
files have HTML for names; then all.mjs looks at every page with Debian's Chromium. Ends with 77, and says why, where
Node, Chromium or the packages of viewer/package.json are missing. With --screenshots each page is drawn into FOLDER."""
import http.client
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent
PLAYWRIGHT = HERE.parents[2] / "viewer/node_modules/playwright-core"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VISITS = 3500  # before each snapshot of docserver: in the end it has more than 100,000 blocks
STRANGER = "<img src=x onerror=alert(1)>"  # a program, and below a source file and a type, that must stay text
STRANGE_SOURCE = "<script>alert(1)<b>.cpp"
STRANGE_CODE = """
#include <memory>
#include <vector>
struct script { int alert; };
template <class T> struct box { virtual ~box() = default; T inside; std::unique_ptr<box> next; };
std::vector<std::unique_ptr<box<script>>>* const held = new std::vector<std::unique_ptr<box<script>>>;
int main() { for (int i = 0; i < 100; ++i) held->push_back(std::make_unique<box<script>>()); }
"""
# Syntax trees of the standard library: some hundred thousand blocks, each by a malloc of its own.
LARGE_CODE = """
import ast, glob, os, subprocess, sys
heapkit, folder, kept = sys.argv[1], sys.argv[2], []
files = sorted(glob.glob(os.path.dirname(ast.__file__) + "/*.py"))
environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
for number in (1, 2):
    for file in files[number * 25:number * 25 + 25]:
        with open(file, encoding="utf-8") as text:
            kept.append(ast.parse(text.read()))
    subprocess.run([heapkit, "snapshot", str(os.getpid()), "-o", f"{folder}/large{number}.heap"], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
"""


def missing():
    """What is not there and is needed, in words; None when all is."""
    if not shutil.which("node"):
        return "Node is not installed"
    if not any(map(shutil.which, BROWSERS)):
        return "Chromium is not installed"
    if not PLAYWRIGHT.is_dir():
        return "the packages of viewer/package.json are not installed (npm ci in viewer)"
    return None


def record_docserver(heapkit, agent, docserver, folder):
    environment = {**os.environ, "LD_PRELOAD": str(agent), "PROF": f"out={folder},exit=off"}
    service = subprocess.Popen([docserver, "--rate", "1"], env=environment, stdout=subprocess.PIPE, encoding="utf-8", cwd=folder)
    try:
        place = re.search(r"http://([^/]+)", service.stdout.readline()).group(1)
        connection = http.client.HTTPConnection(place)
        for number in (1, 2, 3):
            for document in range(number * 10_000, number * 10_000 + VISITS):
                connection.request("GET", f"/documents/{document}?user=visitor-{document % 100}")
                connection.getresponse().read()
            subprocess.run([heapkit, "snapshot", str(service.pid), "-o", f"{number}.heap"], check=True, cwd=folder,
                           stdout=subprocess.DEVNULL)
    finally:
        service.terminate()
        service.communicate()


def record_python(heapkit, agent, folder):
    environment = {**os.environ, "LD_PRELOAD": str(agent), "PROF": f"out={folder},exit=off", "PYTHONMALLOC": "malloc"}
    subprocess.run([sys.executable, "-c", LARGE_CODE, heapkit, folder], env=environment, check=True, cwd=folder)


def record_stranger(agent, compiler, folder):
    (folder / STRANGE_SOURCE).write_text(STRANGE_CODE, encoding="utf-8")
    subprocess.run([compiler, "-g", "-O0", "-std=c++20", STRANGE_SOURCE, "-o", STRANGER], check=True, cwd=folder)
    environment = {**os.environ, "LD_PRELOAD": str(agent), "PROF": f"out={folder}/strange"}
    (folder / "strange").mkdir()
    subprocess.run([folder / STRANGER], env=environment, check=True, cwd=folder)
    (snapshot,) = (folder / "strange").glob("*.heap")
    snapshot.rename(folder / "stranger.heap")


def main():
    why = missing()
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    programs, agent, docserver = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    compiler = sys.argv[4]
    screenshots = pathlib.Path(sys.argv[6]).resolve() if sys.argv[5:6] == ["--screenshots"] else None
    heapkit = programs / "heapkit"
    with tempfile.TemporaryDirectory(prefix="heapkit-browser-") as name:
        folder = pathlib.Path(name)
        record_docserver(heapkit, agent, docserver, folder)
        record_python(heapkit, agent, folder)
        record_stranger(agent, compiler, folder)
        environment = {**os.environ, "HEAPKIT": str(heapkit), "FOLDER": str(folder), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       "CHROMIUM": next(filter(None, map(shutil.which, BROWSERS))), "XDG_CACHE_HOME": str(folder / "cache"),
                       "SCREENSHOTS": str(screenshots or "")}
        sys.exit(subprocess.run(["node", HERE / "all.mjs"], env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
