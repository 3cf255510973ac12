# SPDX-License-Identifier: MIT
"""What the page is told is what the commands say with --json, of the example service: number by number.

answers.py BIN_FOLDER AGENT DOCSERVER"""
import json
import pathlib
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from owners import PROGRAMS, SNAPSHOTS, ask, record  # noqa: E402
from served import Served  # noqa: E402

ADDED = {"offset", "rows_total", "rows_left_out", "svg", "frames_left_out"}
LAST = SNAPSHOTS[-1]
SHOWN = 200  # rows of a table in one document


def plain(answer):
    return {key: value for key, value in answer.items() if key not in ADDED}


class Answers(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-answers-")
        cls.folder = pathlib.Path(cls._folder.name)
        record(cls.folder, warm_up=100)
        cls.one = Served(PROGRAMS, cls.folder, LAST)
        cls.all = Served(PROGRAMS, cls.folder, LAST, *SNAPSHOTS[:-1])
        for view in (cls.one, cls.all):
            view.__enter__()

    @classmethod
    def tearDownClass(cls):
        for view in (cls.one, cls.all):
            view.__exit__()
        cls._folder.cleanup()

    def said(self, *words):
        return json.loads(ask(self.folder, *words, "--json"))

    def check_tables(self, document, said, *keys):
        """Those of the command's answers (all, unless some are named) are in the document, up to as many rows."""
        for key in keys or said["answers"]:
            with self.subTest(key):
                ours, theirs = document["answers"][key], said["answers"][key]
                if "rows" not in theirs:
                    self.assertEqual(plain(ours), theirs)
                    continue
                self.assertEqual(ours["rows"], theirs["rows"][:SHOWN])
                self.assertEqual(ours["rows_total"], len(theirs["rows"]) + theirs["rows_left_out"])
                self.assertEqual(ours["rows_left_out"], ours["rows_total"] - len(ours["rows"]))

    def test_info(self):
        self.check_tables(self.one.ask("info"), self.said("info", LAST))

    def test_the_session_knows_all_snapshots_and_what_can_be_asked(self):
        session = self.all.ask("session")
        self.assertEqual([each["file"] for each in session["snapshots"]], list(SNAPSHOTS))
        self.assertEqual(session["program"], "docserver")
        self.assertTrue(all(why is None for why in session["pages"].values()), session["pages"])
        pages = self.one.ask("session")["pages"]
        self.assertEqual({page for page, why in pages.items() if why}, {"diff", "growth"})

    def test_diagnose(self):
        document, said = self.all.ask("diagnose"), self.said("diagnose", *SNAPSHOTS)
        self.check_tables(document, said)
        self.assertEqual(document["notes"], said["notes"])
        self.assertIn("docserver", document["verdict"])
        pictures = [answer for key, answer in document["answers"].items() if key.startswith("picture_")]
        self.assertTrue(pictures)
        for picture in pictures:
            self.assertIn("<svg", picture["svg"])

    def test_types_are_those_of_the_command_with_what_they_keep_alive_and_how_they_grew(self):
        rows = self.all.ask("types")["answers"]["types"]["rows"]
        said = self.said("types", LAST)["answers"]["types"]["rows"][:SHOWN]
        keys = ("name", "count", "size", "average", "evidence")
        self.assertEqual([{key: row[key] for key in keys} for row in rows], said)
        retained = {row["name"]: row["retained"] for row in
                    self.said("retained", LAST, "--by", "type")["answers"]["retained_by_type"]["rows"]}
        first = {row["name"]: row for row in self.said("types", SNAPSHOTS[0])["answers"]["types"]["rows"]}
        for row in rows:
            before = first.get(row["name"], {"count": 0, "size": 0})
            self.assertEqual(row["count_diff"], row["count"] - before["count"])
            self.assertEqual(row["size_diff"], row["size"] - before["size"])
            self.assertEqual((row["counts"][0], row["counts"][-1]), (before["count"], row["count"]))
        sessions = next(row for row in rows if row["name"] == "docserver::UserRecord")
        self.assertEqual(sessions["retained"], retained["UserRecord"])

    def test_flame_graphs_have_the_widths_of_the_command(self):
        for metric in ("live", "peak", "allocated", "temporary", "growth"):
            with self.subTest(metric):
                words = [LAST, SNAPSHOTS[0]] if metric == "growth" else [LAST, "--metric", metric]
                theirs = self.paths(self.said("flamegraph", *words)["answers"]["flamegraph"])
                document = self.all.ask("flamegraph", metric=metric)["answers"]["flamegraph"]
                ours = self.paths(document)
                for path, widths in ours.items():
                    self.assertEqual(widths, theirs[path])
                self.assertEqual(len(theirs) - len(ours), document["frames_left_out"])
                whole = max(max(theirs[("all",)]), 1)
                for path in theirs.keys() - ours.keys():
                    self.assertLess(max(theirs[path]), whole / 1000)

    def paths(self, tree):
        """{path of names: (total, old total)}; a path is there once, as frames of one name are one."""
        names, paths, result = tree["names"], [], {}
        for node, (parent, name) in enumerate(zip(tree["parent"], tree["name"])):
            paths.append((paths[parent] if node else ()) + (names[name],))
            result[paths[-1]] = (tree["total"][node], tree.get("old_total", tree["total"])[node])
        return result

    def test_a_flame_graph_by_type_is_as_wide_as_each_type(self):
        paths = self.paths(self.all.ask("flamegraph", by="type")["answers"]["flamegraph"])
        for row in self.said("types", LAST)["answers"]["types"]["rows"][:20]:
            if ("all", row["name"]) in paths:
                self.assertEqual(paths[("all", row["name"])][0], row["size"])
        total = self.said("info", LAST)["snapshots"][0]["live_bytes"]
        self.assertEqual(paths[("all",)][0], total)
        self.assertGreater(len(paths), 100)

    def test_differences_by_everything(self):
        for by in ("type", "lineno", "filename", "function", "module", "traceback", "thread"):
            said = self.said("diff", SNAPSHOTS[0], LAST, "--by", by)
            self.check_tables(self.all.ask("diff", by=by), said)
        said = self.said("diff", SNAPSHOTS[0], SNAPSHOTS[1], "--by", "type")
        self.check_tables(self.all.ask("diff", new=1), said)

    def test_growth_by_everything(self):
        for by in ("type", "site", "owner"):
            self.check_tables(self.all.ask("growth", by=by), self.said("growth", *SNAPSHOTS, "--by", by))

    def test_all_objects_of_a_type_are_there_page_by_page(self):
        said = self.said("objects", LAST, "--type", "UserRecord")["answers"]["objects"]["rows"]
        rows, total = [], len(said)
        while len(rows) < total:
            page = self.one.ask("objects", type="docserver::UserRecord", offset=len(rows), limit=97)["answers"]["objects"]
            self.assertEqual(page["rows_total"], total)
            rows += page["rows"]
        self.assertEqual(rows, said)
        ages = self.said("objects", LAST, "--type", "UserRecord", "--sort", "age")["answers"]["objects"]["rows"]
        page = self.one.ask("objects", type="docserver::UserRecord", sort="-age_ns", limit=50)["answers"]["objects"]
        self.assertEqual([row["age_ns"] for row in page["rows"]], [row["age_ns"] for row in ages[:50]])

    def test_an_object_its_fields_and_a_walk_to_its_neighbours(self):
        address = self.said("objects", LAST, "--type", "UserRecord")["answers"]["objects"]["rows"][0]["address"]
        document, said = self.one.ask("object", address=address), self.said("object", LAST, address)
        self.check_tables(document, said, "referrers", "referents")
        for key in ("object", "votes", "allocation"):
            self.assertEqual(document["answers"][key]["rows"], said["answers"][key]["rows"])
        fields = document["answers"]["fields"]["rows"]
        self.assertEqual([row["offset"] for row in fields], sorted(row["offset"] for row in fields))
        leads_to = {row["address"] for row in fields if row["address"]}
        self.assertTrue(leads_to <= {row["address"] for row in document["answers"]["referents"]["rows"]}, fields)
        for row in document["answers"]["referents"]["rows"]:
            if row["address"] != "0x0":
                self.assertEqual(self.one.get("object", address=row["address"])[0], 200, row)

    def test_holders(self):
        document = self.one.ask("holders", type="docserver::UserRecord")
        said = self.said("holders", LAST, "--type", "UserRecord")
        self.check_tables(document, said)
        for net in ("net", "chain"):
            self.assertIn("<svg", document["answers"][net]["svg"])
        address = self.said("objects", LAST, "--type", "UserRecord")["answers"]["objects"]["rows"][0]["address"]
        document = self.one.ask("holders", address=address)
        chain = self.said("backrefs", LAST, address, "--chain")["answers"]["chain"]
        self.assertEqual(plain(document["answers"]["chain"]), chain)
        net = document["answers"]["net"]
        said = self.said("backrefs", LAST, address, "--too-many", "8")["answers"]["backrefs"]
        self.assertEqual((net["nodes"], net["edges"]), (said["nodes"], said["edges"]))

    def test_a_node_is_followed_further_when_it_is_asked_for(self):
        address = self.said("objects", LAST, "--type", "UserRecord")["answers"]["objects"]["rows"][0]["address"]
        near = self.one.ask("holders", address=address, depth=1)["answers"]["net"]["nodes"]
        beyond = next(node["address"] for node in near if node["has_more"])
        further = self.one.ask("holders", address=address, depth=1, expand=beyond)["answers"]["net"]["nodes"]
        self.assertGreater(len(further), len(near))

    def test_dominators_add_up_at_each_node_that_is_gone_down_to(self):
        document, said = self.one.ask("dominators"), self.said("tree", LAST)
        self.check_tables(document, said)
        rows, live = document["answers"]["children"]["rows"], said["snapshots"][0]["live_bytes"]
        self.assertEqual(document["answers"]["children"]["rows_total"], len(rows))
        self.assertEqual(sum(row["retained"] for row in rows), live)
        node = rows[0]
        for _ in range(4):
            children = self.one.ask("dominators", node=node["node"])["answers"]["children"]["rows"]
            if not children:
                break
            self.assertEqual([row["retained"] for row in children],
                             sorted((row["retained"] for row in children), reverse=True))
            self.assertLessEqual(sum(row["retained"] for row in children), node["retained"])
            if len(children) < SHOWN and node["kind"] != "group":
                self.assertEqual(sum(row["retained"] for row in children) + node["self"], node["retained"])
            node = children[0]

    def test_containers(self):
        self.check_tables(self.one.ask("containers"), self.said("containers", LAST))
        said = self.said("containers", *SNAPSHOTS)
        self.check_tables(self.all.ask("containers"), said)
        self.assertIn("runaway", said["answers"])

    def test_closures_cycles_and_waste(self):
        self.check_tables(self.all.ask("closures"), self.said("closures", *SNAPSHOTS))
        self.check_tables(self.one.ask("cycles"), self.said("cycles", LAST))
        self.check_tables(self.one.ask("waste"), self.said("waste", LAST))

    def test_leaks(self):
        self.check_tables(self.one.ask("leaks"), self.said("leaks", LAST))
        self.check_tables(self.all.ask("leaks"), self.said("leaks", LAST, SNAPSHOTS[0]))
        self.check_tables(self.one.ask("leaks", by="traceback"), self.said("leaks", LAST, "--traceback"))

    def test_layers_add_up_to_what_was_live_in_each_snapshot(self):
        for by in ("type", "site"):
            document = self.all.ask("timeline", by=by)
            lines = document["answers"]["stacked"]["y"].values()
            live = [each["live_bytes"] for each in document["snapshots"]]
            self.assertEqual([sum(line[index] for line in lines) for index in range(3)], live)
            self.assertEqual([mark["live_bytes"] for mark in document["marks"]], live)
            self.assertEqual([mark["x"] for mark in document["marks"]], document["answers"]["stacked"]["x"])
        said = self.said("info", LAST)["answers"]["timeline"]
        self.assertEqual(document["answers"]["timeline"], said)

    def test_a_signal_in_the_middle_ends_it_at_once_and_who_waits_is_told(self):
        with Served(PROGRAMS, self.folder, *SNAPSHOTS, cache="empty") as view:  # so that reading symbols takes a while
            told = []
            asking = threading.Thread(target=lambda: told.append(view.get("diagnose")))
            asking.start()
            while not pathlib.Path(self.folder / "empty").exists():  # the first symbols are there: it is in the middle
                self.assertIsNone(view.process.poll())
            self.assertEqual(view.end(), 0)
            asking.join()
            self.assertEqual(view.process.stderr.read(), "")
        status, document = told[0]
        self.assertIn(status, (200, 503))
        if status == 503:
            self.assertEqual(document["error"]["what"], "heapkit view was stopped")

    def test_a_filter_and_an_order_are_those_of_the_whole_table(self):
        whole = self.all.ask("types", limit=1000)["answers"]["types"]["rows"]
        expected = sorted((row for row in whole if "string" in json.dumps(row).lower()), key=lambda row: -row["size"])
        page = self.all.ask("types", limit=5, offset=2, sort="-size", filter="STRING")["answers"]["types"]
        self.assertEqual([row["size"] for row in page["rows"]], [row["size"] for row in expected[2:7]])
        self.assertEqual(page["rows_total"], len(expected))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
