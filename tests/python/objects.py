#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a snapshot says of the objects of CPython is what CPython says of them.

Usage: objects.py LIBPROF INTERPRETER     exit code 77: there is no such interpreter
"""
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import snapshot as reader

HERE = os.path.dirname(os.path.abspath(__file__))
SUBJECT = os.path.join(HERE, "subject.py")
AGENT = INTERPRETER = None


def record(folder, program=SUBJECT, **environment):
    """Runs it under the agent; the snapshot and the truth."""
    files = [os.path.join(folder, name) for name in ("now.heap", "truth.json")]
    run = subprocess.run([INTERPRETER, program] + files, capture_output=True, text=True, timeout=120,
                         env={"PATH": os.environ["PATH"], "LD_PRELOAD": AGENT, "PROF": f"out={folder},exit=off",
                              **environment})
    assert run.returncode == 0 and run.stderr == "", run.stderr
    with open(files[1], encoding="utf-8") as file:
        return reader.Python(files[0]), json.load(file)


def wait_for(happens, seconds=60):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class ObjectsOfPython(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.python, cls.truth = record(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def of_main(self, name):
        return self.python.of_kind("__main__." + name)

    def test_the_interpreter_is_recognised(self):
        self.assertEqual(self.truth["error"], 0)
        self.assertEqual(self.python.state, 0)
        self.assertEqual(self.python.damaged, 0)
        said = subprocess.run([INTERPRETER, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
                              capture_output=True, text=True, check=True)
        self.assertEqual(self.python.version_text, said.stdout.strip())

    def test_of_each_class_there_are_as_many_objects_as_the_collector_tracks(self):
        expected = collections.Counter(self.truth["counts"])
        expected["builtins.tuple"] += 1  # the arguments of the call that takes the snapshot
        self.assertEqual(self.python.counts(), expected)

    def test_references_are_those_of_get_referents(self):
        self.assertGreater(len(self.truth["references"]), 250)
        for address, referents in self.truth["references"].items():
            one = self.python.objects[int(address)]
            self.assertEqual(one.kind, self.truth["kinds"][address])
            self.assertEqual(sorted(to for to, _, _ in one.references), sorted(referents), one.kind)

    def test_every_tracked_object_lies_in_a_block(self):
        for one in self.python.objects.values():
            if one.flags & reader.TRACKED:
                self.assertNotEqual(one.block, reader.NONE, one)

    def test_attributes_have_their_names(self):
        for user in self.of_main("UserRecord"):
            attributes = user
            for to, kind, name in user.references:
                if (kind, name) == (reader.ATTRIBUTE, "__dict__"):
                    attributes = self.python.objects[to]
            names = {name for _, _, name in attributes.references}
            self.assertLessEqual({"name", "email", "orders"}, names)
        for slotted in self.of_main("Slotted"):
            self.assertLessEqual({"left", "right"}, {name for _, _, name in slotted.references})

    def names_of_values(self, kind):
        users = {one.address for one in self.of_main("UserRecord")}
        return [collections.Counter((how, name) for to, how, name in one.references if to in users)
                for one in self.python.of_kind(kind)]

    def test_keys_have_their_names_where_they_are_numbers_or_identifiers(self):
        cache = max(self.names_of_values("builtins.dict"), key=len)
        self.assertEqual({name for how, name in cache if how == reader.NUMBER}, set(range(102)))
        self.assertEqual({name for how, name in cache if how == reader.KEY}, {"by_name", ""})

    def test_elements_have_their_index(self):
        queue = max(self.names_of_values("collections.deque"), key=len)
        self.assertEqual(set(queue), {(reader.INDEX, 0)})
        handlers = {to: (kind, name) for one in self.python.of_kind("builtins.list")
                    for to, kind, name in one.references if "on_done" in self.python.objects[to].text}
        self.assertEqual(sorted(handlers.values()), [(reader.INDEX, i) for i in range(102)])

    def test_a_closure_says_which_function_it_is_and_what_it_keeps(self):
        closures = [one for one in self.python.of_kind("builtins.function") if "on_done" in one.text]
        self.assertEqual(len(closures), 102)
        with open(SUBJECT, encoding="utf-8") as file:
            line = next(number for number, text in enumerate(file, 1) if "def on_done" in text)
        users = {one.address for one in self.of_main("UserRecord")}
        for closure in closures:
            self.assertEqual(closure.text, f"handle.<locals>.on_done subject.py:{line}")
            cells = next(to for to, _, name in closure.references if name == "__closure__")
            (cell, kind, name), = self.python.objects[cells].references
            self.assertEqual((kind, name), (reader.CELL, "user"))
            (user, _, name), = self.python.objects[cell].references
            self.assertEqual(name, "cell_contents")
            self.assertIn(user, users)

    def test_a_module_is_a_root_with_its_globals(self):
        main, = [root for root in self.python.roots if root.kind == reader.MODULE and root.name == "__main__"]
        names = {name: self.python.objects[to].kind for to, _, name in main.references}
        for name, kind in (("CACHE", "builtins.dict"), ("BUS", "__main__.EventBus"), ("QUEUE", "collections.deque")):
            self.assertEqual(names[name], kind)

    def test_a_function_that_runs_is_a_root_with_its_variables(self):
        frames = {root.name: root for root in self.python.roots if root.kind == reader.FRAME}
        with open(SUBJECT, encoding="utf-8") as file:
            line = next(number for number, text in enumerate(file, 1) if "# at this line" in text)
        self.assertEqual((frames["main"].line, os.path.basename(frames["main"].file)), (line, "subject.py"))
        local = {name: to for to, _, name in frames["main"].references}
        self.assertEqual(local["local_value"], self.truth["local_value"])
        elsewhere = {name: self.python.objects[to].kind for to, _, name in frames["wait_elsewhere"].references}
        self.assertEqual(elsewhere, {"kept_by_thread": "__main__.UserRecord"})
        self.assertNotEqual(frames["main"].thread, frames["wait_elsewhere"].thread)

    def test_objects_are_seen_over_any_allocator(self):
        for allocator in ("malloc", "pymalloc_debug"):
            with tempfile.TemporaryDirectory() as folder:
                python, truth = record(folder, PYTHONMALLOC=allocator)
                self.assertEqual(python.counts()["__main__.UserRecord"], truth["counts"]["__main__.UserRecord"])


class TheEnd(unittest.TestCase):
    def test_the_last_snapshot_is_of_the_moment_before_the_interpreter_takes_its_objects_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            program = "class UserRecord: pass\nkept = [UserRecord() for _ in range(1000)]\nprint('done')"
            run = subprocess.run([INTERPRETER, "-c", program], capture_output=True, text=True, timeout=120,
                                 env={"PATH": os.environ["PATH"], "LD_PRELOAD": AGENT, "PROF": f"out={folder}"})
            self.assertEqual((run.stdout, run.stderr, run.returncode), ("done\n", "", 0))
            file, = os.listdir(folder)
            python = reader.Python(os.path.join(folder, file))
            self.assertEqual(python.counts()["__main__.UserRecord"], 1000)
            main, = [root for root in python.roots if root.name == "__main__"]
            self.assertIn("kept", {name for _, _, name in main.references})

    def test_a_call_that_holds_the_lock_for_long_delays_no_snapshot(self):
        program = ("class UserRecord: pass\nkept = [UserRecord() for _ in range(1000)]\nprint('ready', flush=True)\n"
                   "while True: sum(range(10 ** 7))")
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.Popen([INTERPRETER, "-c", program], stdout=subprocess.PIPE,
                                   env={"PATH": os.environ["PATH"], "LD_PRELOAD": AGENT, "PROF": f"out={folder}"})
            try:
                self.assertEqual(run.stdout.readline(), b"ready\n")
                run.send_signal(62)
                wait_for(lambda: any(name.endswith(".heap") for name in os.listdir(folder)))
            finally:
                run.kill()
                run.communicate()
            file, = [name for name in os.listdir(folder) if name.endswith(".heap")]
            python = reader.Python(os.path.join(folder, file))
            self.assertEqual(python.counts()["__main__.UserRecord"], 1000)

    def test_python_is_left_alone_when_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([INTERPRETER, "-c", ""], timeout=120, check=True,
                           env={"PATH": os.environ["PATH"], "LD_PRELOAD": AGENT, "PROF": f"out={folder},python=off"})
            file, = os.listdir(folder)
            self.assertFalse(reader.Python(os.path.join(folder, file)).is_there)


if __name__ == "__main__":
    AGENT, INTERPRETER = sys.argv[1], os.path.expanduser(sys.argv[2])
    if not os.access(INTERPRETER, os.X_OK):
        print(f"skipped: there is no {INTERPRETER}")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
