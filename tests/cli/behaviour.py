# SPDX-License-Identifier: MIT
"""Exit codes, JSON, refusals and harmless output of the real executables: behaviour.py BIN_FOLDER GENERATED_FOLDER"""
import json
import os
import pathlib
import pty
import subprocess
import sys
import unittest
import xml.dom.minidom
import xml.etree.ElementTree

from asking import Fixtures

PROGRAMS, GENERATED = sys.argv[1], pathlib.Path(sys.argv[2])
fixtures = Fixtures(PROGRAMS)
ask = fixtures.ask


class ExitCodes(unittest.TestCase):
    def test_an_answer_is_0_even_when_much_has_grown(self):
        self.assertEqual(ask("heapdiff", "1.heap", "2.heap").returncode, 0)

    def test_a_condition_that_holds_is_1(self):
        self.assertEqual(ask("heapdiff", "1.heap", "2.heap", "--fail-on", "growth(*Session*) > 0").returncode, 1)
        self.assertEqual(ask("heapdiff", "1.heap", "2.heap", "--fail-on", "growth(*Session*) > 5000").returncode, 0)

    def test_one_of_several_conditions_is_enough(self):
        answer = ask("heapdiff", "1.heap", "2.heap", "--fail-on", "total_count < 0", "--fail-on", "total_count > 0")
        self.assertEqual(answer.returncode, 1)

    def test_anything_wrong_is_2_and_on_standard_error(self):
        for words in (["heapdiff", "1.heap"], ["heapdiff", "1.heap", "nowhere.heap"], ["heapkit", "stast"],
                      ["heapdiff", "1.heap", "2.heap", "--fail-on", "what"], ["heapkit", "stats", "1.heap", "--by", "x"],
                      ["heapkit", "stats", "1.heap", "--include", ""],
                      ["heapkit", "refs", "1.heap", "--type", "*", "--chain"],
                      ["heapkit", "flamegraph", "1.heap", "-o", "no/such/folder/x.svg"]):
            answer = ask(*words)
            self.assertEqual(answer.returncode, 2, words)
            self.assertEqual(answer.stdout, "", words)
            self.assertTrue(answer.stderr.startswith("heapkit: "), words)
            self.assertGreater(len(answer.stderr.splitlines()), 1, words)

    def test_an_answer_that_cannot_be_written_is_2(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            code = subprocess.run([fixtures.programs / "heapkit", "types", "1.heap"], cwd=fixtures.folder, stdout=full,
                                  stderr=subprocess.DEVNULL, check=False).returncode
        self.assertEqual(code, 2)

    def test_a_picture_that_cannot_be_written_leaves_nothing_behind(self):
        folder = fixtures.folder / "x.svg"
        folder.mkdir()
        self.assertEqual(ask("heapkit", "flamegraph", "1.heap", "-o", "x.svg").returncode, 2)
        self.assertEqual(list(fixtures.folder.glob("*.part")), [])
        folder.rmdir()


class Refusals(unittest.TestCase):
    def test_two_programs_are_compared_only_by_force(self):
        self.assertEqual(ask("heapdiff", "1.heap", "evil.heap").returncode, 2)
        self.assertEqual(ask("heapdiff", "1.heap", "evil.heap", "--force").returncode, 0)
        self.assertEqual(ask("heapkit", "growth", "1.heap", "evil.heap").returncode, 2)
        self.assertEqual(ask("heapkit", "flamegraph", "1.heap", "evil.heap").returncode, 2)

    def test_two_runs_of_one_program_are_compared_but_their_new_blocks_are_not_told(self):
        self.assertEqual(ask("heapdiff", "1.heap", "rerun.heap").returncode, 0)
        answer = ask("heapdiff", "1.heap", "rerun.heap", "--new")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("different runs", answer.stderr)

    def test_a_damaged_snapshot_is_refused(self):
        whole = (fixtures.folder / "1.heap").read_bytes()
        (fixtures.folder / "cut.heap").write_bytes(whole[:len(whole) // 2])
        self.assertEqual(ask("heapkit", "stats", "cut.heap").returncode, 2)


class Json(unittest.TestCase):
    def test_every_command_on_snapshots_speaks_json(self):
        for words in (["stats", "1.heap"], ["types", "1.heap"], ["growth", "1.heap", "2.heap"], ["info", "1.heap"],
                      ["flamegraph", "1.heap"], ["diff", "1.heap", "2.heap"], ["diff", "1.heap", "2.heap", "--new"]):
            document = json.loads(ask("heapkit", *words, "--json").stdout)
            self.assertEqual(document["format"], 1, words)
            self.assertEqual(document["snapshots"][0]["pid"], 4242, words)
            self.assertTrue(document["answers"], words)

    def test_json_has_all_rows_unless_a_limit_is_given(self):
        rows = json.loads(ask("heapkit", "info", "1.heap", "--json").stdout)["answers"]["facts"]["rows"]
        self.assertEqual(next(row for row in rows if row["key"] == "live_bytes")["value"], 1000 * 240 + 50 * 4096)
        limited = json.loads(ask("heapkit", "types", "1.heap", "--json", "--limit", "1").stdout)
        self.assertEqual(len(limited["answers"]["types"]["rows"]), 1)
        self.assertEqual(limited["answers"]["types"]["rows_left_out"], 1)

    def test_conditions_are_tests_of_junit(self):
        conditions = ("--fail-on", "total_count > 0", "--fail-on", "total_count < 0")
        answer = ask("heapdiff", "1.heap", "2.heap", "--junit", "conditions.xml", *conditions)
        self.assertEqual(answer.returncode, 1)
        suite, = xml.etree.ElementTree.parse(fixtures.folder / "conditions.xml").getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("errors")), ("2", "1", "0"))
        holds, holds_not = suite
        self.assertEqual([holds.get("name"), holds_not.get("name")], ["total_count > 0", "total_count < 0"])
        self.assertIn("total_count > 0 holds", holds[0].get("message"))
        self.assertIn("By type", holds[0].text)
        self.assertEqual(len(holds_not), 0)
        self.assertEqual(ask("heapdiff", "1.heap", "2.heap", "--junit", "conditions.xml").returncode, 2)

    def test_conditions_are_in_the_json(self):
        answer = ask("heapdiff", "1.heap", "2.heap", "--json", "--fail-on", "total_count > 0")
        row = json.loads(answer.stdout)["answers"]["conditions"]["rows"][0]
        self.assertEqual((row["verdict"], row["value"]), ("FAIL", 2210))


class HarmlessOutput(unittest.TestCase):
    def test_names_cannot_steer_the_terminal(self):
        for words in (["stats", "evil.heap"], ["types", "evil.heap"], ["info", "evil.heap"],
                      ["stats", "evil.heap", "--by", "module"], ["stats", "evil.heap", "--by", "traceback"]):
            self.assertNotIn("\x1b", ask("heapkit", *words).stdout, words)

    def test_names_cannot_become_markup_in_a_picture(self):
        picture = ask("heapkit", "flamegraph", "evil.heap", "-o", "-").stdout
        self.assertNotIn("<script>alert", picture)
        self.assertNotIn("\x1b", picture)
        scripts = xml.dom.minidom.parseString(picture).getElementsByTagName("script")
        self.assertEqual(len(scripts), 1)

    def test_there_is_colour_on_a_terminal_only_and_not_with_no_color(self):
        self.assertNotIn("\x1b", ask("heapdiff", "1.heap", "2.heap").stdout)
        self.assertIn(b"\x1b[", on_a_terminal(TERM="xterm"))
        self.assertNotIn(b"\x1b", on_a_terminal(TERM="xterm", NO_COLOR="1"))
        self.assertNotIn(b"\x1b", on_a_terminal(TERM="dumb"))


def on_a_terminal(**environment):
    """What heapdiff writes when standard output is a terminal."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # a chroot without /dev/pts
        raise unittest.SkipTest(f"no terminal to be had: {error}") from error
    child = subprocess.Popen([fixtures.programs / "heapdiff", "1.heap", "2.heap"], cwd=fixtures.folder, stdout=theirs,
                             stderr=theirs, env={"PATH": os.environ["PATH"], **environment})
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # the terminal is gone
        pass
    os.close(ours)
    child.wait()
    return written


class Pages(unittest.TestCase):
    def test_man_pages_are_valid(self):
        for name in ("heapkit", "heapdiff"):
            text = (GENERATED / f"{name}.1").read_text(encoding="utf-8")
            self.assertTrue(text.startswith(".TH"))

    def test_bash_completes_commands_and_choices(self):
        def completed(*words):
            script = (f"source {GENERATED / words[0]}; COMP_WORDS=({' '.join(words)} ''); COMP_CWORD={len(words)}; "
                      f"_{words[0]}; echo \"${{COMPREPLY[@]}}\"")
            return subprocess.run(["bash", "-c", script], capture_output=True, encoding="utf-8",
                                  check=True).stdout.split()
        self.assertIn("flamegraph", completed("heapkit"))
        self.assertIn("traceback", completed("heapkit", "stats", "--by"))
        self.assertIn("traceback", completed("heapdiff", "--by"))


unittest.main(argv=["behaviour.py"])
