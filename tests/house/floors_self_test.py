#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds small trees that break the floors, each in one way, and checks that floors.py says so.

Side: tests.
"""
import os
import tempfile
import unittest

import floors

TABLE = """# A house
| folder | what it is | may include |
|---|---|---|
| `libprof/include/prof` | the bridge | the C standard headers |
| `libprof/agent/base` | ground | libc |
| `libprof/agent/record` | first floor | `libprof/include/prof` `libprof/agent/base` |
| `libprof/heap/base` | ground | fmt |
| `cli` | top | `libprof/heap/base` |
"""


class Floors(unittest.TestCase):
    def problems(self, **files):
        with tempfile.TemporaryDirectory() as root:
            tree = {"docs/ARCHITECTURE.md": TABLE, "libprof/agent/base/arena.h": "", "libprof/agent/record/blocks.h": "",
                    "libprof/heap/base/result.h": "", "libprof/include/prof/format.h": "#include <stdint.h>\n"}
            tree.update((path.replace("__", "/").replace("_h", ".h"), text) for path, text in files.items())
            for path, text in tree.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return floors.check(root)[0]

    def test_a_sound_house_is_accepted(self):
        self.assertEqual([], self.problems(
            libprof__agent__record__new_h='#include "base/arena.h"\n#include "blocks.h"\n#include <prof/format.h>\n'
                                          '#include <sys/mman.h>\n#include <atomic>\n',
            libprof__heap__base__new_h="#include <fmt/core.h>\n#include <string>\n",
            cli__new_h='#include <heapkit/result.h>\n'))

    def assert_one(self, expected, **files):
        problems = self.problems(**files)
        self.assertEqual(1, len(problems), problems)
        self.assertIn(expected, problems[0])

    def test_an_include_upwards_is_noticed(self):
        self.assert_one("libprof/agent/record is not below libprof/agent/base",
                        libprof__agent__base__new_h='#include "record/blocks.h"\n')

    def test_a_relative_include_upwards_is_noticed(self):
        self.assert_one("is not below", libprof__agent__base__new_h='#include "../record/blocks.h"\n')

    def test_an_include_through_the_wall_is_noticed(self):
        self.assert_one("is not below cli", cli__new_h='#include "../libprof/agent/base/arena.h"\n')

    def test_a_second_door_to_a_package_is_noticed(self):
        self.assert_one("no door to fmt", cli__new_h="#include <fmt/core.h>\n")

    def test_a_container_in_the_target_is_noticed(self):
        self.assert_one("not in the target process", libprof__agent__base__new_h="#include <vector>\n")

    def test_a_system_header_in_the_bridge_is_noticed(self):
        self.assert_one("C standard headers only", libprof__include__prof__new_h="#include <unistd.h>\n")

    def test_a_folder_without_a_row_is_noticed(self):
        self.assert_one("libprof/heap/attic has no row", libprof__heap__attic__new_h="")


if __name__ == "__main__":
    unittest.main()
