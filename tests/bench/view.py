#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long does a page of heapkit view wait for its answers, on three heaps of a million blocks?

Usage: view.py BUILD_FOLDER [--blocks 1000000] [--json FILE]

The heaps are those of answers.py: a service's, of typed objects, containers, closures, cycles and lost blocks. First what
a reader comes to first, from the moment that the address is printed. Then, when the server has worked ahead, what he may
click on: each question once, so that nothing is in the cache of documents; wall time, and the CPU time that the server
took for it, which other work on the machine does not add to. The bar is 200 ms. A report of the same is timed last.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import measure
from answers import record

FIRST = ["session", "timeline", "types", "flamegraph", "diagnose", "diff", "growth", "dominators", "containers",
         "closures", "leaks", "cycles", "waste", "flamegraph?by=type", "leaks?by=traceback", "growth?by=owner"]
LATER = ["types?filter=str&sort=-size", "types?sort=-retained", "diff?by=lineno", "diff?by=function", "diff?by=traceback",
         "growth?by=site", "timeline?by=site", "flamegraph?metric=peak", "flamegraph?by=type&metric=growth",
         "flamegraph?include=function%3Dmain", "containers?filter=map", "dominators?node=0", "dominators?node=0.0",
         "dominators?node=0.0.0", "leaks?sort=-count", "info"]
OF_A_TYPE = ["objects?type={}", "objects?sort=-size&type={}", "objects?sort=-age_ns&type={}",
             "objects?offset=90000&sort=size&type={}", "objects?filter=cpp&type={}", "holders?type={}"]
OF_AN_OBJECT = ["object?address={}", "holders?address={}", "holders?address={}&depth=6"]


class View:
    def __init__(self, heapkit, snapshots, environment):
        self.process = subprocess.Popen([heapkit, "view", *snapshots], env=environment, stdout=subprocess.PIPE,
                                        encoding="utf-8")
        self.address = re.search(r"http://\S+/", self.process.stdout.readline()).group()
        self.started = time.monotonic()

    def cpu_ms(self):
        tasks = f"/proc/{self.process.pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)) / 1e6

    def ask(self, question):
        cpu, begin = self.cpu_ms(), time.monotonic()
        with urllib.request.urlopen(f"{self.address}api/{question}", timeout=600) as answer:
            body = answer.read()
        wall = (time.monotonic() - begin) * 1000
        return {"wall_ms": wall, "cpu_ms": self.cpu_ms() - cpu, "bytes": len(body),
                "at_s": time.monotonic() - self.started, "document": json.loads(body)}

    def wait_until_idle(self):
        before, now = -1.0, self.cpu_ms()
        while now - before > 1:
            time.sleep(0.5)
            before, now = now, self.cpu_ms()

    def memory(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) * 1024

    def end(self):
        self.process.terminate()
        self.process.wait()


def later_questions(view):
    types = view.ask("types?sort=-count&limit=20")["document"]["answers"]["types"]["rows"]
    names = [urllib.parse.quote(row["name"], safe="") for row in types if not row["name"].startswith("in ")]
    questions = LATER + [question.format(name) for name in names[:6] for question in OF_A_TYPE]
    for name in names[:6]:
        objects = view.ask(f"objects?limit=1&type={name}")["document"]["answers"]["objects"]["rows"]
        questions += [question.format(objects[0]["address"]) for question in OF_AN_OBJECT]
    return questions


def show(facts):
    rows = [[question, f"{fact['wall_ms']:.0f} ms", f"{fact['cpu_ms']:.0f} ms", f"{fact['bytes'] / 1024:.0f} KiB"]
            for question, fact in facts.items()]
    measure.table(["question", "wall", "CPU", "document"], rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--blocks", type=int, default=1_000_000)
    parser.add_argument("--json")
    given = parser.parse_args()
    build = os.path.abspath(given.build)
    heapkit = os.path.join(build, "bin/heapkit")
    with tempfile.TemporaryDirectory() as folder:
        snapshots = list(record(build, folder, "objects", [str(given.blocks)], 3).values())
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, "cache")}
        subprocess.run([heapkit, "types", snapshots[0]], env=environment, stdout=subprocess.DEVNULL, check=True)
        view = View(heapkit, snapshots, environment)
        print("At once:")
        first = {question: view.ask(question) for question in FIRST}
        measure.table(["question", "there after"], [[name, f"{fact['at_s']:.2f} s"] for name, fact in first.items()])
        view.wait_until_idle()
        print("\nThen:")
        later = {question: view.ask(question) for question in later_questions(view)}
        show(later)
        slowest = max(later.values(), key=lambda fact: fact["cpu_ms"])
        print(f"\nslowest {slowest['cpu_ms']:.0f} ms of CPU; memory {view.memory() / 2**20:.0f} MiB")
        view.end()
        report = measure.run([heapkit, "report", *snapshots, "-o", "report.html"], environment, folder)
        size = os.path.getsize(os.path.join(folder, "report.html"))
        print(f"report: {report['cpu']:.2f} s of CPU, {report['rss'] / 2**20:.0f} MiB, a file of {size / 2**20:.1f} MiB")
    plain = {name: {key: value for key, value in fact.items() if key != "document"} for name, fact in later.items()}
    measure.write_json(given.json, {"later": plain, "report": {**report, "bytes": size}})


if __name__ == "__main__":
    main()
