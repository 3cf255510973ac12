# SPDX-License-Identifier: MIT
"""heapkit waste, of a program whose waste is known: waste.py BIN_FOLDER LIBPROF PROGRAM. Classes are compared with
pahole where that is installed."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, LIBPROF, PROGRAM = pathlib.Path(sys.argv[1], "heapkit").resolve(), sys.argv[2], sys.argv[3]
FOLDER = tempfile.TemporaryDirectory()


def heapkit(*words, fails=False):
    done = subprocess.run([HEAPKIT, *words], capture_output=True, text=True, cwd=FOLDER.name)
    if fails != (done.returncode != 0):
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout + done.stderr


def record(name, *options):
    folder = pathlib.Path(FOLDER.name, name)
    heapkit("run", "-o", str(folder), *options, "--", PROGRAM)
    return str(next(folder.glob("*.heap")))


def pahole(*words):
    return subprocess.run(["pahole", *words, PROGRAM], capture_output=True, text=True, check=True).stdout


def setUpModule():
    global HASHED, PLAIN
    HASHED, PLAIN = record("hashed", "--hashes"), record("plain")


def answers(snapshot, *words):
    return json.loads(heapkit("waste", snapshot, "--json", *words))["answers"]


def row(answer, **wanted):
    for each in answer["rows"]:
        if all(each[key] == value for key, value in wanted.items()):
            return each
    raise AssertionError(f"no {wanted} in {answer['rows'][:10]}")


class Waste(unittest.TestCase):
    def test_copies_of_one_text_are_found_with_the_field_that_owns_them(self):
        found = answers(HASHED, "--only", "duplicates")
        copies = row(found["duplicates"], size=36)
        self.assertEqual(copies["copies"], 4812)
        self.assertEqual(copies["owner"], "Document::mime_type_")
        self.assertEqual(copies["owned_there"], 4812)
        self.assertGreaterEqual(copies["wasted"], 4811 * 36)
        self.assertEqual(row(found["duplicates_by_owner"], name="Document::mime_type_")["count"], 4812)
        by_type = answers(HASHED, "--only", "duplicates", "--by", "type")
        self.assertIn("duplicates_by_type", by_type)

    def test_the_text_itself_is_not_in_the_snapshot(self):
        with open(HASHED, "rb") as file:
            self.assertNotIn(b"application/octet-stream", file.read())

    def test_without_hashes_the_page_says_how_to_get_them(self):
        self.assertIn("--hashes", heapkit("waste", PLAIN))
        self.assertIn("--hashes", heapkit("waste", PLAIN, "--only", "duplicates", fails=True))

    def test_empty_and_oversized_containers_are_named(self):
        found = answers(PLAIN, "--only", "containers")["containers"]
        emptied = row(found, owner="Cache::emptied_[]")
        self.assertEqual((emptied["containers"], emptied["empty"], emptied["spare"]), (100, 100, 100 * 4000))
        oversized = row(found, owner="Cache::oversized_")
        self.assertEqual((oversized["elements"], oversized["capacity"]), (10, 100_000))
        self.assertEqual(oversized["spare"], (100_000 - 10) * 8)
        self.assertIn("main", oversized["grown_in"])

    def test_what_was_never_touched_is_counted(self):
        found = answers(PLAIN, "--only", "residency", "--by", "owner")["residency"]
        buffer = row(found, owner="Cache::untouched_")
        self.assertEqual(buffer["size"], 16 << 20)
        self.assertGreaterEqual(buffer["untouched"], (16 << 20) - (2 << 20))
        spare = row(found, owner="Cache::oversized_")
        self.assertGreater(spare["untouched"], 700_000)

    def test_blocks_that_keep_pages_are_named_by_owner_and_site(self):
        summary = answers(PLAIN, "--only", "summary")["summary"]
        kept = row(summary, what="kept_pages")["size"]
        self.assertGreater(kept, 2 << 20)
        owners = answers(PLAIN, "--only", "pages", "--by", "owner")["pages"]
        leftovers = row(owners, owner="Cache::leftovers_[]")
        self.assertGreater(leftovers["kept"], kept * 0.9)
        self.assertLess(leftovers["live"] * 16, leftovers["kept"])
        self.assertIn("main", answers(PLAIN, "--only", "pages")["pages"]["rows"][0]["site"])

    def test_the_summary_adds_up(self):
        summary = {each["what"]: each["size"] for each in answers(PLAIN, "--only", "summary")["summary"]["rows"]}
        self.assertEqual(summary["live_resident"] + summary["free_between"] + summary["free_pages"],
                         summary["resident_pages"])
        self.assertGreater(summary["headers"], 8 * 4812)

    def test_a_part_is_asked_alone(self):
        self.assertEqual(list(answers(PLAIN, "--only", "padding")), ["padding"])
        self.assertIn("Padding by type", heapkit("waste", PLAIN, "--only", "padding"))

    def test_padding_is_that_of_pahole(self):
        if shutil.which("pahole") is None:
            self.skipTest("pahole is not installed")
        rows = {each["name"]: each for each in answers(PLAIN, "--only", "padding")["padding"]["rows"]}
        for name, objects in {"Document": 4812, "Counter": 100, "Either": 100}.items():
            said = pahole("-C", name)
            size = int(re.search(r"/\* size: (\d+)", said)[1])
            holes = sum(int(each) for each in re.findall(r"sum holes: (\d+)", said))
            tail = sum(int(each) for each in re.findall(r"/\* padding: (\d+)", said))
            self.assertEqual(rows[name]["size"], size, said)
            self.assertEqual(rows[name]["objects"], objects, name)
            self.assertEqual(rows[name]["padding"], objects * (holes + tail), said)
            if name in ("Document", "Either"):
                best = pahole("-R", "-C", name)
                self.assertEqual(rows[name]["reordered_size"], int(re.search(r"/\* size: (\d+)", best)[1]), best)
        self.assertEqual(rows["Counter"]["saved"], 0)

    def test_padding_where_pahole_errs(self):
        rows = {each["name"]: each for each in answers(PLAIN, "--only", "padding")["padding"]["rows"]}
        self.assertEqual(rows["Session"]["padding"], 100 * 7)  # active_ lies in its base's tail, behind it 3 and 4 bytes
        self.assertNotIn("Base", rows)  # whose tail is that hole
        self.assertNotIn("Packet", rows)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
