# SPDX-License-Identifier: MIT
"""transcript.py notices what is wrong in a README, and nothing else.

transcript_self_test.py"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).with_name("transcript.py")
PRINTS = "printf 'worker (pid 17)   2026-11-22 01:00:45\\nlive 12 KiB   blocks 3\\nlast\\n'"
SHOWN = "worker (pid 4711)   2025-01-01 23:59:59\nlive 12 KiB   blocks 3\nlast\n"


class Transcript(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="heapkit-transcript-self-")
        self.addCleanup(self._folder.cleanup)
        self.readme = pathlib.Path(self._folder.name) / "README.md"

    def status(self, transcript, *options):
        self.readme.write_text(f"# Some words\n\n```console\n{transcript}```\nand more\n", encoding="utf-8")
        return self.check(*options)

    def check(self, *options):
        run = subprocess.run([sys.executable, TOOL, self.readme, self._folder.name, *options], capture_output=True,
                             encoding="utf-8", check=False)
        self.said = run.stdout + run.stderr
        return run.returncode

    def test_what_is_printed_passes_and_volatile_parts_may_differ(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n{SHOWN}"), 0, self.said)
        self.assertEqual(self.status("$ echo 0x7f00aa  12 KiB a second, 3.5 ms\n0x55ffee 9 MiB a second, 2 s\n"), 0)

    def test_a_thread_may_be_cut_where_its_number_is_long(self):
        self.assertEqual(self.status("$ echo 'local, main.cpp:68 …gateway (tid 27263)'\n"
                                     "local, main.cpp:68 · quote_gateway (tid 17)\n"), 0, self.said)
        self.assertEqual(self.status("$ echo 'local, main.cpp:68 …gateway (tid 27263)'\n"
                                     "local, main.cpp:69 · quote_gateway (tid 17)\n"), 1)

    def test_a_wrong_line_fails(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n" + SHOWN.replace("12 KiB", "13 KiB")), 1)
        self.assertIn("-live 13 KiB   blocks 3\n+live 12 KiB   blocks 3", self.said)

    def test_a_wrong_space_fails(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n" + SHOWN.replace("KiB   blocks", "KiB  blocks")), 1)

    def test_a_line_too_few_or_too_many_fails(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n" + SHOWN.replace("last\n", "")), 1)
        self.assertEqual(self.status(f"$ {PRINTS}\n{SHOWN}" + "and one more\n"), 1)
        self.assertEqual(self.status("$ true\nsomething\n"), 1)
        self.assertEqual(self.status("$ echo something\n"), 1)

    def test_lines_may_be_left_out_only_where_it_is_said(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n…\nlast\n"), 0, self.said)
        self.assertEqual(self.status(f"$ {PRINTS}\n…\nlive 12 KiB   blocks 3\n…\n"), 0, self.said)
        self.assertEqual(self.status(f"$ {PRINTS}\n…\nlive 12 KiB   blocks 3\n"), 1)
        self.assertEqual(self.status(f"$ {PRINTS}\n…\nlast\nlive 12 KiB   blocks 3\n…\n"), 1)
        self.assertEqual(self.status("$ echo one\none\n…\none\n"), 1)

    def test_a_rate_may_differ_in_the_column_of_rates_alone(self):
        table = "$ printf 'name  size  a second\\nall  5 KiB  7 KiB\\n\\nall  5 KiB  7 KiB\\n'\n"
        self.assertEqual(self.status(table + "name  size  a second\nall  5 KiB  8 MiB\n\nall  5 KiB  7 KiB\n"), 0)
        self.assertEqual(self.status(table + "name  size  a second\nall  6 KiB  7 KiB\n\nall  5 KiB  7 KiB\n"), 1)
        self.assertEqual(self.status(table + "name  size  a second\nall  5 KiB  7 KiB\n\nall  5 KiB  8 KiB\n"), 1)

    def test_a_failure_must_be_said(self):
        self.assertEqual(self.status("$ false\n"), 1)
        self.assertIn("ends with 1", self.said)
        self.assertEqual(self.status("$ false\n$ echo $?\n1\n"), 0, self.said)

    def test_commands_share_a_shell_and_may_have_several_lines(self):
        self.assertEqual(self.status("$ name=leak\n$ echo a \\\n> $name\na leak\n"), 0, self.said)

    def test_standard_error_is_shown_too(self):
        self.assertEqual(self.status("$ echo oh >&2\noh\n"), 0, self.said)

    def test_a_transcript_without_an_end_fails(self):
        self.assertEqual(self.status("$ true\n```console\n$ true\n"), 1)
        self.assertIn("has no end", self.said)

    def test_no_transcript_is_no_test(self):
        self.readme.write_text("# Some words\n", encoding="utf-8")
        self.assertEqual(self.check(), 1)

    def test_what_is_approved_passes_and_leaves_out_what_was_left_out(self):
        self.assertEqual(self.status(f"$ {PRINTS}\nworker (pid 1)   2025-01-01 23:59:59\nwrong\n…\n", "--approve"), 0)
        self.assertIn("pid 17)", self.readme.read_text(encoding="utf-8"))
        self.assertIn("live 12 KiB   blocks 3\n…\n```\nand more\n", self.readme.read_text(encoding="utf-8"))
        self.assertEqual(self.check(), 0, self.said)

    def test_approving_what_is_right_changes_nothing(self):
        self.assertEqual(self.status(f"$ {PRINTS}\n{SHOWN}", "--approve"), 0)
        self.assertIn("pid 4711)", self.readme.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
