# SPDX-License-Identifier: MIT
"""heapkit report: one file with the answers in it, and no way out of it.

report.py BIN_FOLDER"""
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml",
              "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd", "http://www.w3.org/XML/1998/namespace",
              "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/xmlns/", "http://127.0.0.1"}


class Elements(html.parser.HTMLParser):
    """What a browser would make of it: elements with their attributes, and the text of the boot."""

    def __init__(self):
        super().__init__()
        self.elements, self.boot, self.inside = [], "", False

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = dict(attrs).get("id") == "boot"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.boot += data


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-report-")
        cls.folder = pathlib.Path(cls._folder.name)
        subprocess.run([PROGRAMS / "cli_fixtures", cls.folder], check=True)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def heapkit(self, *words, status=0):
        finished = subprocess.run([PROGRAMS / "heapkit", *words], cwd=self.folder, capture_output=True,
                                  encoding="utf-8", timeout=120, check=False)
        self.assertEqual(finished.returncode, status, finished.stderr)
        return finished

    def read(self, name):
        text = (self.folder / name).read_text(encoding="utf-8")
        elements = Elements()
        elements.feed(text)
        return text, elements.elements, json.loads(elements.boot)

    def test_it_has_the_answers_of_the_commands(self):
        said = self.heapkit("report", "3.heap", "2.heap", "1.heap", "-o", "all.html").stdout
        self.assertRegex(said, r"Report written to all\.html: .*, \d+ answers\. Open it in a browser\.")
        _, _, boot = self.read("all.html")
        self.assertEqual(boot["mode"], "report")
        answers = boot["answers"]
        for key in ("session", "diagnose", "timeline", "timeline?by=type", "types", "flamegraph",
                    "flamegraph?metric=growth", "flamegraph?by=type", "diff", "diff?by=lineno", "growth", "leaks",
                    "cycles", "containers", "closures", "waste", "dominators"):
            self.assertIn(key, answers)
        types = json.loads(self.heapkit("types", "3.heap", "--json").stdout)["answers"]["types"]["rows"]
        ours = answers["types"]["answers"]["types"]["rows"]
        self.assertEqual([(row["name"], row["count"]) for row in ours], [(row["name"], row["count"]) for row in types])
        compared = json.loads(self.heapkit("diff", "1.heap", "3.heap", "--by", "lineno", "--json").stdout)
        self.assertEqual(answers["diff?by=lineno"]["answers"]["by_lineno"]["rows"],
                         compared["answers"]["by_lineno"]["rows"])
        self.assertTrue(boot["left_out"])
        for line in boot["left_out"]:
            self.assertIn(line, said.replace("\n", " ").replace("  ", " ") + line)

    def test_nothing_in_it_reaches_out(self):
        self.heapkit("report", "3.heap", "1.heap", "-o", "alone.html")
        text, elements, _ = self.read("alone.html")
        addresses = set(re.findall(r"https?://[\w.:/-]*[\w/]", text))
        foreign = {each for each in addresses if each not in NAMESPACES and "github.com" not in each}
        self.assertEqual(foreign, set())
        for tag, attributes in elements:
            self.assertNotIn(tag, ("iframe", "object", "embed", "base", "form"), attributes)
            for name in ("src", "href", "srcset", "action"):
                value = attributes.get(name) or ""
                self.assertFalse(value.startswith(("http:", "https:", "//", "file:")), (tag, value))

    def test_names_that_are_markup_stay_text(self):
        evil = "<script>alert(0)<script>.heap"
        shutil.copy(self.folder / "evil.heap", self.folder / evil)
        self.heapkit("report", evil, "-o", "evil.html")
        text, elements, boot = self.read("evil.html")
        self.assertEqual(boot["answers"]["session"]["program"], "<script>alert(1)</script>\x1b[2J")
        self.assertEqual(boot["answers"]["session"]["snapshots"][0]["file"], evil)
        self.heapkit("report", "1.heap", "-o", "tame.html")
        _, tame, _ = self.read("tame.html")
        self.assertEqual([tag for tag, _ in elements], [tag for tag, _ in tame])

    def test_the_same_snapshots_make_the_same_report(self):
        for name in ("once.html", "twice.html"):
            self.heapkit("report", "2.heap", "1.heap", "-o", name)
        self.assertEqual((self.folder / "once.html").read_bytes(), (self.folder / "twice.html").read_bytes())

    def test_it_is_named_after_its_snapshot_and_refuses_what_is_none(self):
        self.heapkit("report", "2.heap")
        self.assertTrue((self.folder / "2.html").exists())
        self.assertTrue(self.heapkit("report", "1.heap", "-o", "-").stdout.lower().startswith("<!doctype html>"))
        self.assertIn("no such file", self.heapkit("report", "nothing.heap", status=2).stderr)
        self.assertIn("cannot write", self.heapkit("report", "1.heap", "-o", "no/such/folder.html", status=2).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
