# SPDX-License-Identifier: MIT
"""What one variable alone holds is said to be held by it: variables.py HEAPKIT AGENT LIBRARY PROGRAM…

Side: tests. Each PROGRAM is holders.cpp, built by some compiler at some level of optimisation.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HEAPKIT, AGENT, LIBRARY, *PROGRAMS = map(os.path.abspath, sys.argv[1:])
SERVE = "in shop::serve(char const*, shop::Customer*)"

# The holders of the objects of each class, in any order; where there are several, optimised code chooses.
HELD_BY = {
    "shop::Customer": [{f"customer {SERVE}", "customer in main"}, {"shop::own_basket.customer of MAIN"}],
    "shop::Parcel": [{f"parcels[0] {SERVE}"}, {f"parcels[1] {SERVE}"}, {f"parcels[2] {SERVE}"}],
    "shop::Route": [{"shop::current_route of MAIN"}, {"shop::current_route of sleeper"}],
    "shop::Sleeper": [{"sleeper in shop::run_sleeper()", "sleeper in shop::sleep_holding(shop::Sleeper*)"}],
    "tickets::Ticket": [{"tickets::last_ticket of MAIN"}],
}


class Variables(unittest.TestCase):
    def holders(self, path, kind, program):
        """Of each object of a class, ids of threads left out."""
        done = subprocess.run([HEAPKIT, "objects", path, "--type", kind, "--json"], capture_output=True,
                              encoding="utf-8", check=False, env=environment(path))
        self.assertEqual(done.returncode, 0, done.stderr)
        main = os.path.basename(program)[:15]  # as the kernel cuts it
        for row in json.loads(done.stdout)["answers"]["objects"]["rows"]:
            yield re.sub(r" \(tid \d+\)", "", row["holder"]).replace(f"of {main}", "of MAIN")

    def test_each_object_is_held_by_its_variable(self):
        for program in PROGRAMS:
            with tempfile.TemporaryDirectory(prefix="heapkit-variables-") as folder:
                path = os.path.join(folder, "1.heap")
                recorded = {**environment(path), "LD_PRELOAD": AGENT, "PROF": f"exit=off,out={folder}"}
                subprocess.run([program, path, LIBRARY], env=recorded, check=True, timeout=60)
                for kind, agreed in HELD_BY.items():
                    with self.subTest(program=os.path.basename(program), kind=kind):
                        said = sorted(self.holders(path, kind, program))
                        self.assertEqual(len(said), len(agreed), said)
                        for choices in agreed:
                            self.assertTrue(choices & set(said), f"{choices} in {said}")


def environment(path):
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
            "XDG_CACHE_HOME": os.path.join(os.path.dirname(path), "cache")}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
