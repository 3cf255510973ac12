# SPDX-License-Identifier: MIT
"""From two snapshots of the example service to pictures of its two leaks, by commands alone.

picture.py BIN_FOLDER AGENT DOCSERVER SOURCES [--images FOLDER]: with --images the pictures of the documents are written
into FOLDER, those of docs/images among them."""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAMS, AGENT, DOCSERVER, SOURCES = (pathlib.Path(word).resolve() for word in sys.argv[1:5])
IMAGES = pathlib.Path(sys.argv[6]).resolve() if sys.argv[5:6] == ["--images"] else None
REQUESTS = 400  # before each snapshot


class Service:
    """docserver under the recorder, visited by us alone, and two snapshots of it."""

    def __init__(self, folder):
        self.folder = folder
        environment = {**os.environ, "LD_PRELOAD": str(AGENT), "PROF": f"out={folder},exit=off"}
        self.process = subprocess.Popen([DOCSERVER, "--rate", "1"], env=environment, stdout=subprocess.PIPE,
                                        encoding="utf-8", cwd=folder)
        self.address = re.search(r"http://[^/]+", self.process.stdout.readline()).group()
        for number in (1, 2):
            self.visit(number * 10_000)
            ask(folder, "heapkit", "snapshot", str(self.process.pid), "-o", f"{number}.heap")
        self.process.terminate()
        self.process.communicate()

    def visit(self, first):
        for document in range(first, first + REQUESTS):
            url = f"{self.address}/documents/{document}?user=visitor-{document % 100}"
            with urllib.request.urlopen(url) as answer:
                answer.read()


def ask(folder, *words):
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(folder / "cache")}
    answer = subprocess.run([PROGRAMS / words[0], *words[1:]], cwd=folder, env=environment, capture_output=True,
                            encoding="utf-8", check=False)
    if answer.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {answer.stderr}")
    return answer.stdout


def line_of(file, text):
    lines = (SOURCES / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def size_of_png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
    return struct.unpack(">II", data[16:24])


class FromTwoSnapshotsToAPicture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-picture-")
        cls.folder = pathlib.Path(cls._folder.name)
        Service(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def ask(self, *words):
        return ask(self.folder, *words)

    def answer(self, *words):
        return json.loads(self.ask("heapkit", *words, "--json"))["answers"]

    def chain(self, pattern):
        answers = self.answer("backrefs", "2.heap", "--type", pattern, "--chain")
        return answers["chain"], answers["chains"]

    def test_1_what_is_there_names_the_classes(self):
        names = {row["name"]: row["count"] for row in self.answer("types", "2.heap")["types"]["rows"]}
        records = sum(count for name, count in names.items() if name.endswith("UserRecord"))
        self.assertGreaterEqual(records, 2 * REQUESTS)
        self.assertTrue(any(name.startswith("λ in ") and "handle_request" in name for name in names), names)

    def test_2_what_grew_is_one_record_and_one_document_a_request(self):
        rows = self.answer("growth", "1.heap", "2.heap")["growth"]["rows"]
        for ending in ("UserRecord", "Document> node"):
            grown = [row["count_diff"] for row in rows if row["name"].endswith(ending)]
            self.assertEqual(len(grown), 1, ending)
            self.assertTrue(REQUESTS <= grown[0] <= REQUESTS + 60, (ending, grown))  # a visitor a second of its own

    def test_3_one_of_them_has_an_address_and_a_site(self):
        row = self.answer("objects", "2.heap", "--type", "UserRecord", "--limit", "1")["objects"]["rows"][0]
        self.assertRegex(row["address"], "^0x[0-9a-f]+$")
        self.assertIn(f"server.cpp:{line_of('server.cpp', 'std::make_shared<UserRecord>')}", row["site"])
        told = self.ask("heapkit", "object", "2.heap", row["address"])
        self.assertIn("UserRecord", told)
        self.assertIn("handle_request", told)

    def test_4_the_leaked_closure_is_held_by_the_bus(self):
        chain, kinds = self.chain("UserRecord")
        self.assertGreaterEqual(kinds["rows"][0]["count"], REQUESTS)
        root, subject = chain["nodes"][0], chain["nodes"][-1]
        self.assertEqual(root["role"], "root")
        self.assertIn("EventBus::handlers_", root["lines"][0])
        self.assertEqual((subject["role"], subject["lines"][0]), ("subject", "UserRecord"))
        closure = next(node for node in chain["nodes"] if node["role"] == "closure")
        self.assertIn("handle_request", closure["lines"][0])
        self.assertIn(f"server.cpp:{line_of('server.cpp', '[user, path]')}", " ".join(closure["lines"]))
        labels = [edge["label"] for edge in chain["edges"]]
        self.assertIn("captured user", labels)
        self.assertTrue(any(re.fullmatch(r"\[\d+\]\.handler", label) for label in labels), labels)

    def test_5_the_runaway_cache_is_a_map_in_a_global(self):
        chain, kinds = self.chain("Document")
        self.assertGreaterEqual(kinds["rows"][0]["count"], 2 * REQUESTS)
        self.assertEqual(chain["nodes"][0]["role"], "root")
        self.assertIn("cache", chain["nodes"][0]["lines"][0])
        self.assertTrue(any("docs_" in edge["label"] for edge in chain["edges"]), chain["edges"])
        self.assertTrue(any("unordered_map<int, Document>" in node["lines"][0] for node in chain["nodes"]))

    def test_6_the_pictures_show_root_field_and_object(self):
        for pattern, name, parts in (("UserRecord", "closure", ("EventBus::handlers_", "captured user", "handle_request",
                                                                ">UserRecord<")),
                                     ("Document", "cache", ("cache", "docs_", "unordered_map&lt;int, Document&gt;"))):
            question = ("heapkit", "backrefs", "2.heap", "--type", pattern, "--chain", "-o")
            self.assertIn(f"Image generated as {name}.png", self.ask(*question, f"{name}.png"))
            width, height = size_of_png((self.folder / f"{name}.png").read_bytes())
            self.assertTrue(400 <= width <= 2600 and 100 <= height <= 800, (width, height))
            self.ask(*question, f"{name}.svg")
            svg = (self.folder / f"{name}.svg").read_text(encoding="utf-8")
            for part in parts:
                self.assertIn(part, svg)
            self.assertIn("Graph written to", self.ask(*question, f"{name}.dot"))
            self.assertIn("digraph", self.ask(*question, "-"))
            if IMAGES:
                IMAGES.mkdir(exist_ok=True)
                (IMAGES / f"{name}.png").write_bytes((self.folder / f"{name}.png").read_bytes())

    def test_7_what_a_record_holds_and_who_holds_it_can_be_drawn_too(self):
        self.ask("heapkit", "refs", "2.heap", "--type", "UserRecord", "-o", "refs.png")
        self.ask("heapkit", "refs", "2.heap", "--type", "λ*", "--chain", "--to", "UserRecord", "-o", "chain_to.png")
        self.ask("heapkit", "backrefs", "2.heap", "--type", "UserRecord", "--one", "oldest", "-o", "who.png")
        for name in ("refs.png", "chain_to.png", "who.png"):
            size_of_png((self.folder / name).read_bytes())

    def test_8_each_answer_leads_to_the_next(self):
        self.assertIn("heapkit objects 2.heap --type", self.ask("heapkit", "types", "2.heap"))
        self.assertIn("--chain", self.ask("heapkit", "growth", "1.heap", "2.heap"))
        self.assertIn("--chain", self.ask("heapdiff", "1.heap", "2.heap"))
        self.assertIn("--chain", self.ask("heapkit", "objects", "2.heap", "--type", "UserRecord"))
        self.assertIn("-o UserRecord.png",
                      self.ask("heapkit", "backrefs", "2.heap", "--type", "UserRecord", "--chain"))


unittest.main(argv=["picture.py"])
