# SPDX-License-Identifier: MIT
"""heapkit diagnose, closures and churn on the example service: both of its leaks, and none when it is mended.

diagnose.py BIN_FOLDER AGENT DOCSERVER"""
import json
import pathlib
import sys
import tempfile
import unittest

from owners import SNAPSHOTS, ask, record


class Diagnosis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-diagnose-")
        cls.folder = pathlib.Path(cls._folder.name)
        record(cls.folder, warm_up=100)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def answers(self, *words):
        return json.loads(ask(self.folder, *words, "--json"))["answers"]

    def test_both_causes_are_found_and_no_other(self):
        answers = self.answers("diagnose", *SNAPSHOTS)
        causes = answers["causes"]["rows"]
        self.assertEqual(sorted(cause["kind"] for cause in causes), ["closure", "container"])
        for cause in causes:  # which of the two is a matter of how evenly the requests came
            self.assertIn(cause["confidence"], ("likely", "certain"))
        names = {cause["kind"]: cause["name"] for cause in causes}
        self.assertEqual(names["container"], "DocumentCache::docs_")
        self.assertRegex(names["closure"], r"^λ in handle_request\(.*\) server\.cpp:\d+$")
        self.assertEqual([cause["size_diff"] for cause in causes],
                         sorted((cause["size_diff"] for cause in causes), reverse=True))

    def test_the_page_has_lines_holders_and_pictures(self):
        page = ask(self.folder, "diagnose", *SNAPSHOTS)
        self.assertRegex(page, r"Two causes explain \d+ % of it\.\n")
        self.assertRegex(page, r"grows at +DocumentCache::get document_cache\.cpp:\d+, called from Server::")
        self.assertRegex(page, r"held by +cache \(global, server\.cpp:\d+\) → docs_\n")
        self.assertRegex(page, r"held by +EventBus::handlers_ \(static member, event_bus\.cpp:\d+\) → \[i\]\.handler\n")
        self.assertRegex(page, r"keeps alive +\d+ B each, through .*captured user → UserRecord")
        for number in (1, 2):
            picture = self.folder / f"docserver-cause-{number}.png"
            self.assertIn(picture.name, page)
            self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))

    def test_pictures_go_where_they_are_told_to(self):
        before = set(self.folder.iterdir())
        (self.folder / "pictures").mkdir()
        self.assertIn("pictures/docserver-cause-1.png", ask(self.folder, "diagnose", *SNAPSHOTS, "--pictures", "pictures"))
        self.assertEqual(len(list((self.folder / "pictures").iterdir())), 2)
        ask(self.folder, "diagnose", *SNAPSHOTS, "--no-pictures")
        self.assertEqual({path for path in self.folder.iterdir() if "cause" in path.name and path not in before}, set())

    def test_the_closure_leaks_and_says_what_it_captures(self):
        page = ask(self.folder, "closures", *SNAPSHOTS)
        self.assertRegex(page, r"A leaked closure: λ in handle_request\(.*\) server\.cpp:\d+\n")
        self.assertRegex(page, r"captures +captured user → UserRecord")
        self.assertRegex(page, r"registered by +EventBus::subscribe event_bus\.cpp:\d+, called from Server::handle_request")
        self.assertIn("none was ever freed", page)

    def test_churn_counts_what_comes_and_goes(self):
        answers = self.answers("churn", SNAPSHOTS[-1])
        allocated, freed = (row["count"] for row in answers["totals"]["rows"][:2])
        self.assertGreater(allocated, freed)
        self.assertEqual(sum(row["count"] for row in answers["sites"]["rows"]), allocated)
        self.assertEqual(sum(row["count"] for row in answers["lifetimes"]["rows"]), freed)


class Mended(unittest.TestCase):
    def test_a_service_that_forgets_nothing_has_no_problem(self):
        with tempfile.TemporaryDirectory(prefix="heapkit-diagnose-") as folder:
            folder = pathlib.Path(folder)
            record(folder, "--fixed", warm_up=600)
            page = ask(folder, "diagnose", *SNAPSHOTS)
            self.assertIn("No problem found.", page)
            self.assertEqual(list(folder.glob("*.png")), [])
            self.assertNotIn("leaked closure", ask(folder, "closures", *SNAPSHOTS))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
