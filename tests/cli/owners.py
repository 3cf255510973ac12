# SPDX-License-Identifier: MIT
"""The example service's runaway cache and its leaked closures, named from three snapshots by commands alone.

owners.py BIN_FOLDER AGENT DOCSERVER"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAMS, AGENT, DOCSERVER = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
REQUESTS = 200  # before each snapshot
SNAPSHOTS = ("1.heap", "2.heap", "3.heap")


def ask(folder, *words):
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(folder / "cache")}
    answer = subprocess.run([PROGRAMS / "heapkit", *words], cwd=folder, env=environment, capture_output=True,
                            encoding="utf-8", check=False)
    if answer.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {answer.stderr}")
    return answer.stdout


def visit(address, documents):
    for document in documents:
        with urllib.request.urlopen(f"{address}/documents/{document}?user=visitor-{document % 100}") as answer:
            answer.read()


def record(folder, *options, warm_up=0):
    environment = {**os.environ, "LD_PRELOAD": str(AGENT), "PROF": f"out={folder},exit=off"}
    with subprocess.Popen([DOCSERVER, "--rate", "1", *options], env=environment, stdout=subprocess.PIPE,
                          encoding="utf-8", cwd=folder) as process:
        try:
            address = re.search(r"http://[^/]+", process.stdout.readline()).group()
            visit(address, range(warm_up))
            for number, name in enumerate(SNAPSHOTS, 1):
                visit(address, range(number * 10_000, number * 10_000 + REQUESTS))
                ask(folder, "snapshot", str(process.pid), "-o", name)
        finally:
            process.terminate()


class WhoOwnsIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-owners-")
        cls.folder = pathlib.Path(cls._folder.name)
        record(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def answers(self, *words):
        return json.loads(ask(self.folder, *words, "--json"))["answers"]

    def rows(self, answer, *words):
        return self.answers(*words)[answer]["rows"]

    def row(self, answer, name, *words):
        return next(row for row in self.rows(answer, *words) if row["name"] == name)

    def test_the_runaway_cache_is_called_by_its_name(self):
        text = ask(self.folder, "containers", *SNAPSHOTS)
        self.assertIn("A runaway cache: DocumentCache::docs_\n", text)
        self.assertIn("A runaway container: EventBus::handlers_\n", text)
        self.assertEqual(text.count("A runaway "), 2)
        self.assertRegex(text, r"inserted by +DocumentCache::get document_cache.cpp:\d+, called from Server::")
        self.assertRegex(text, r"held by +cache \(global, server.cpp:\d+\) → docs_\n")
        self.assertIn("at every step (2 of 2), never shrank", text)

    def test_two_snapshots_say_perhaps(self):
        self.assertIn("Perhaps a runaway cache: DocumentCache::docs_\n", ask(self.folder, "containers", "1.heap", "3.heap"))

    def test_what_is_held_adds_up_to_what_is_live(self):
        document = json.loads(ask(self.folder, "retained", "3.heap", "--json"))
        held = document["answers"]["held"]["rows"]
        self.assertEqual(sum(row["size"] for row in held), document["snapshots"][0]["live_bytes"])
        self.assertEqual(sum(row["count"] for row in held), document["snapshots"][0]["live_blocks"])

    def test_what_would_go_with_the_cache_is_what_it_retains(self):
        goes = self.row("containers", "DocumentCache::docs_", "containers", "3.heap")
        facts = self.rows("freed", "retained", "3.heap", "--what-if-freed", "DocumentCache::docs_")
        self.assertEqual(facts[2]["size"], goes["retained"])
        self.assertGreaterEqual(goes["elements"], 3 * REQUESTS)

    def test_a_closure_retains_the_user_that_it_captured(self):
        users = self.row("retained_by_type", "UserRecord", "retained", "3.heap", "--by", "type")
        closures = self.row("retained_by_type", "λ in handle_request(…)", "retained", "3.heap", "--by", "type")
        self.assertGreater(closures["retained"], users["self"] + closures["self"])

    def test_the_tree_leads_from_the_root_to_the_documents(self):
        text = ask(self.folder, "tree", "3.heap")
        self.assertRegex(text, r"  cache\n.*  docs_ unordered_map<int, Document>\n")

    def test_nearly_all_users_are_held_by_the_bus(self):
        holders = self.rows("holders", "holders", "3.heap", "--type", "UserRecord")
        self.assertEqual(holders[0]["holder"], "EventBus::handlers_")
        self.assertGreaterEqual(holders[0]["count"], 3 * REQUESTS)

    def test_growth_by_owner_says_a_rate(self):
        row = self.row("growth", "DocumentCache::docs_", "growth", *SNAPSHOTS, "--by", "owner")
        self.assertEqual(row["course"], "grew at every step")
        self.assertGreater(row["per_second"], 0)


class TheMendedService(unittest.TestCase):
    def test_has_no_runaway(self):
        with tempfile.TemporaryDirectory(prefix="heapkit-owners-") as name:
            folder = pathlib.Path(name)
            record(folder, "--fixed", warm_up=600)  # more than its cache keeps
            text = ask(folder, "containers", *SNAPSHOTS)
            self.assertNotIn("runaway cache", text)
            self.assertNotIn("EventBus::handlers_\n", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
