# SPDX-License-Identifier: MIT
"""What leak tests by GoogleTest and Catch2 say: verdicts.py HEAPKIT gtest|catch2 PROGRAM

Side: tests. The programs have a leaky and a fixed test of each kind: programs/by_*.cpp."""
import json
import sys
import unittest

from suite import PNG, SVG, Suite

FRAMEWORK = sys.argv[2]
FAILED = (1, 42)  # 42: Catch2 3 when a test failed
Suite.heapkit, Suite.program = sys.argv[1], sys.argv[3]


class Verdicts(Suite):
    def words_for(self, which):
        """"leaky sessions", as the framework picks one test."""
        kind, what = which.split()
        if FRAMEWORK == "gtest":
            return [f"--gtest_filter={kind.title()}.{what.title()}"]
        return [which, "--reporter", "compact"]  # the usual one breaks lines at 80 columns

    def check_fails(self, which, **environment):
        answer = self.run_recorded(*self.words_for(which), **environment)
        self.assertIn(answer.returncode, FAILED, answer.stdout + answer.stderr)
        return answer.stdout

    def check_passes(self, which):
        answer = self.run_recorded(*self.words_for(which))
        self.assertEqual(answer.returncode, 0, answer.stdout + answer.stderr)
        self.assert_nothing_left()

    def check_picture(self, said):
        picture, = self.left(".png")
        self.assertTrue(picture.read_bytes().startswith(PNG))
        self.assertIn(picture.name, said)

    def test_a_type_that_grows_fails_with_the_table_the_chain_and_a_picture(self):
        said = self.check_fails("leaky sessions")
        self.assertIn("no growth of Session over 10 iterations after 1 warm-up run", said)
        self.assertIn("1 → 6 → 11, at every step (2 of 2)", said)
        self.assertRegex(said, r"service::Session +11 +\+10 ")
        self.assertRegex(said, r"allocated +.*Registry::serve.* service\.h:\d+")
        self.assertRegex(said, r"registry .*\bstatic, by_")
        self.assertRegex(said, r"sessions_ → vector<unique_ptr<Session>>")
        self.check_picture(said)
        self.assertEqual([path.name.split(".")[-2] for path in self.left(".heap")], ["after", "before", "middle"])

    def test_the_snapshots_of_a_failed_test_answer_again_for_people_and_programs(self):
        self.check_fails("leaky sessions")
        after, before, middle = self.left(".heap")
        asked = (self.heapkit, "expect", "--no-growth", "service::Session", before, middle, after)
        answer = self.run_plainly(*asked, "--json")
        self.assertEqual(answer.returncode, 1, answer.stderr)
        answers = json.loads(answer.stdout)["answers"]
        self.assertEqual([row["verdict"] for row in answers["expectations"]["rows"]], ["FAIL"])
        grown = {row["name"]: row["count_diff"] for row in answers["growth"]["rows"]}
        self.assertEqual(grown["service::Session"], 10)
        self.assertEqual(answers["chain"]["nodes"][-1]["name"], "service::Session")
        answer = self.run_plainly(*asked[:3], "service::Session", after, after)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("ok  no growth of service::Session: 11 → 11", answer.stdout)

    def test_one_that_does_not_grow_passes_and_leaves_nothing(self):
        self.check_passes("fixed sessions")

    def test_an_owner_that_grows_fails_by_its_name(self):
        said = self.check_fails("leaky owner")
        self.assertRegex(said, r"DocumentCache::docs_ +11 +\+10 ")
        self.check_picture(said)

    def test_one_that_evicts_passes(self):
        self.check_passes("fixed owner")

    def test_a_cycle_is_a_leak(self):
        said = self.check_fails("leaky cycle")
        self.assertRegex(said, r"definitely lost +\d")
        self.assertRegex(said, r"service\.h:\d+ +definitely lost .*Session")
        self.assertIn("service::talk", said)
        self.check_picture(said)

    def test_two_that_do_not_own_each_other_are_none(self):
        self.check_passes("fixed cycle")

    def test_a_block_of_which_only_the_test_itself_had_the_pointer_is_found(self):
        self.assertRegex(self.check_fails("leaky block"), r"by_\w+\.cpp:\d+ +definitely lost .*Session")

    def test_too_many_bytes_fail_with_the_sites_at_the_peak(self):
        said = self.check_fails("leaky bytes")
        self.assertRegex(said, r"It took 1\d{4} bytes, \d+ too many")
        self.assertRegex(said, r"service\.h:\d+: size=")
        picture, = self.left(".svg")
        self.assertIn(SVG, picture.read_bytes()[:1000])
        self.assertIn(picture.name, said)

    def test_few_enough_pass(self):
        self.check_passes("fixed bytes")

    def test_a_fatal_one_ends_the_test(self):
        self.assertNotIn("went on", self.check_fails("leaky fatal"))

    def test_the_failure_is_at_the_line_of_the_macro(self):
        self.assertRegex(self.check_fails("leaky sessions"), r"by_\w+\.cpp:\d+: (Failure|failed)")

    def test_without_a_recorder_it_is_said_and_no_failure(self):
        answer = self.run_plainly(self.program, *self.words_for("leaky sessions"))
        self.assertEqual(answer.returncode, 0, answer.stdout)
        self.assertIn("nothing records this program. Run it with: heapkit run --no-exit-snapshot -- ",
                      answer.stdout)
        self.assertRegex(answer.stdout, "SKIPPED" if FRAMEWORK == "gtest" else "warning")

    def test_without_a_recorder_where_one_is_required_it_fails(self):
        answer = self.run_plainly(self.program, *self.words_for("leaky sessions"), PROF_REQUIRED="1")
        self.assertIn(answer.returncode, FAILED, answer.stdout)
        self.assertIn("PROF_REQUIRED is set", answer.stdout)

    def test_what_is_suppressed_passes(self):
        known = self.folder / "known.supp"
        known.write_text("leak:service::talk\n", encoding="utf-8")
        answer = self.run_recorded(*self.words_for("leaky cycle"), PROF_TEST_SUPPRESSIONS=str(known))
        self.assertEqual(answer.returncode, 0, answer.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
