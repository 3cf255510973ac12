# SPDX-License-Identifier: MIT
"""Leak tests as nobody should write them, and surroundings as nobody wants them: edges.py HEAPKIT PROGRAM

Side: tests. The program is programs/edges.cpp."""
import pathlib
import sys
import unittest

from suite import Suite

Suite.heapkit, Suite.program = sys.argv[1], sys.argv[2]


class Edges(Suite):
    def run_test(self, name, **environment):
        answer = self.run_recorded(f"--gtest_filter=Edges.{name}", **environment)
        self.assertIn("[==========] 1 test from 1 test suite ran", answer.stdout, answer.stderr)
        return answer.returncode, answer.stdout

    def check_passes(self, name):
        code, said = self.run_test(name)
        self.assertEqual(code, 0, said)
        return said

    def check_fails(self, name, **environment):
        code, said = self.run_test(name, **environment)
        self.assertEqual(code, 1, said)
        self.assertEqual(said.count(": Failure\n"), 1, said)
        return said

    def test_an_exception_of_the_body_goes_through(self):
        self.check_passes("AnExceptionGoesThrough")
        self.assert_nothing_left()

    def test_a_block_that_is_left_by_break_fails(self):
        self.assertIn("its block was left by break, return or goto", self.check_fails("ABlockThatIsLeftFails"))
        self.assert_nothing_left()

    def test_no_iterations_are_a_mistake(self):
        said = self.check_fails("NoIterationsFail")
        self.assertIn("0 iterations after 1 warm-up run: it takes one iteration or more", said)
        self.assertIn("1 iteration after -1 warm-up runs", self.check_fails("FewerThanNoWarmUpRunsFail"))

    def test_a_name_that_nobody_knows_fails_and_the_nearest_is_named(self):
        said = self.check_fails("AnUnknownNameFails")
        self.assertIn("no type is called Sesion, nor any container", said)
        self.assertIn("Did you mean Session?", said)

    def test_a_class_without_objects_does_not_grow(self):
        self.check_passes("AClassWithoutObjectsIsKnown")

    def test_one_iteration_without_warm_up_is_enough(self):
        self.assertIn("0 → 1", self.check_fails("OneIterationIsEnough"))

    def test_checks_may_stand_in_each_other(self):
        self.check_passes("OneBesideTheOtherAndWithinAnother")
        self.assert_nothing_left()

    def test_an_inner_peak_is_the_outer_ones_too(self):
        self.assertRegex(self.check_fails("AnInnerPeakIsTheOuterOnesToo"), r"It took 15\d{3} bytes, 3\d{3} too many")

    def test_a_negative_limit_cannot_hold(self):
        self.assertIn("at most -1 bytes", self.check_fails("ANegativeLimitFails"))

    def test_a_fatal_assertion_in_the_block_is_all_that_is_said(self):
        self.assertIn("of the body", self.check_fails("AFatalFailureInTheBlockIsSaidOnce"))
        self.assert_nothing_left()

    def test_threads_take_turns(self):
        self.check_passes("ThreadsTakeTurns")
        self.assert_nothing_left()

    def test_functions_find_a_single_lost_block(self):
        self.check_passes("FunctionsFindASingleLostBlock")

    def test_a_container_answers_to_each_of_its_names(self):
        self.check_passes("AContainerAnswersToEachOfItsNames")

    def test_elements_of_a_vector_count(self):
        self.assertIn("1 → 6 → 11", self.check_fails("ElementsOfAVectorCount"))

    def test_elements_of_an_array_count(self):
        self.assertIn("3 → 18 → 33", self.check_fails("ElementsOfAnArrayCount"))

    def test_a_heapkit_that_is_not_there_is_named(self):
        said = self.check_fails("OneIterationIsEnough", PROF_HEAPKIT="/nowhere/heapkit")
        self.assertIn("cannot start /nowhere/heapkit: No such file or directory", said)
        self.assertIn("PROF_HEAPKIT=/path/heapkit", said)

    def other_heapkit(self, script):
        path = self.folder / "heapkit"
        path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def test_what_a_heapkit_of_another_version_says_is_shown(self):
        other = self.other_heapkit('echo "heapkit: there is no command expect" >&2\nexit 2\n')
        said = self.check_fails("OneIterationIsEnough", PROF_HEAPKIT=other)
        self.assertIn("It cannot be said whether this holds", said)
        self.assertIn("there is no command expect", said)

    def test_a_heapkit_that_crashes_is_no_verdict(self):
        said = self.check_fails("OneIterationIsEnough", HEAPKIT=self.other_heapkit("kill -SEGV $$\n"))
        self.assertIn("ended with status 139", said)

    def test_a_folder_that_cannot_be_written_is_named(self):
        said = self.check_fails("OneIterationIsEnough", PROF_TEST_FOLDER="/proc/nowhere")
        self.assertIn("cannot take the snapshot /proc/nowhere/", said)
        self.assertIn("Name another folder with PROF_TEST_FOLDER", said)

    def test_a_folder_is_made(self):
        self.check_fails("OneIterationIsEnough", PROF_TEST_FOLDER=str(self.folder / "heaps"))
        self.assertEqual(len(list((self.folder / "heaps").glob("*.png"))), 1)

    def test_a_test_may_change_its_working_directory(self):
        self.assertIn("0 → 1", self.check_fails("TheFolderMayChangeMeanwhile", PROF_TEST_FOLDER="heaps"))
        self.assertEqual(len(list((self.folder / "heaps").iterdir())), 3)

    def test_a_program_that_ignores_its_children_learns_why_it_has_no_verdict(self):
        answer = self.run_plainly("sh", "-c", 'trap "" CHLD; exec "$@"', "sh", self.heapkit, "run",
                                  "--no-exit-snapshot", "--", self.program, "--gtest_filter=*.OneIterationIsEnough")
        self.assertEqual(answer.returncode, 1, answer.stdout)
        self.assertRegex(answer.stdout, "How heapkit ended is not known|0 → 1")

    def test_heapkit_is_found_beside_the_recorder(self):
        recorder = pathlib.Path(self.heapkit).parents[1] / "lib/libprof.so"
        answer = self.run_plainly(self.program, "--gtest_filter=*.OneIterationIsEnough", LD_PRELOAD=str(recorder),
                                  PROF="exit=off", PATH="/nowhere")
        self.assertIn("0 → 1", answer.stdout)

    def test_programs_that_are_followed_do_not_record_heapkit(self):
        code, said = self.run_test("OneIterationIsEnough")
        answer = self.run_recorded("--gtest_filter=*.OneIterationIsEnough", options=("--follow-exec", "-o", self.folder))
        self.assertEqual(answer.returncode, code)
        self.assertIn("0 → 1", said)
        self.assertEqual(self.left("heapkit.*.heap"), [])

    def test_a_recorder_that_is_stopped_is_no_pass(self):
        answer = self.run_recorded("--gtest_filter=*.OneIterationIsEnough",
                                   options=("--no-exit-snapshot", "--set", "record=off"))
        self.assertIn("libprof.so is loaded but does not record now", answer.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
