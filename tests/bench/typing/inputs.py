#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what the programs of corpus.py are given: documents.json, documents.yaml, build.ninja, tables.lua.

Side: tests. Usage: inputs.py FOLDER. The same bytes each time.
"""
import json
import os
import random
import sys

LUA = """local function node(depth)
  local one = {name = "node" .. math.random(10000000), depth = depth, kids = {}}
  if depth > 0 then for i = 1, 4 do one.kids[i] = node(depth - 1) end end
  return setmetatable(one, {__index = _G})
end
all = {root = node(7), functions = {}, coroutines = {}}
for i = 1, 3000 do all.functions[i] = function(x) return x + i end end
for i = 1, 200 do
  all.coroutines[i] = coroutine.create(function() coroutine.yield(i) end)
  coroutine.resume(all.coroutines[i])
end
os.exit(0)
"""


def value(numbers, depth):
    kind = numbers.random()
    if depth == 0 or kind < 0.3:
        leaves = (numbers.random(), numbers.randrange(10**6), f"text {numbers.randrange(10**6)} of a longer string", None, True)
        return numbers.choice(leaves)
    if kind < 0.65:
        return [value(numbers, depth - 1) for _ in range(numbers.randrange(1, 5))]
    return {f"key_{numbers.randrange(500)}": value(numbers, depth - 1) for _ in range(numbers.randrange(1, 6))}


def build_file():
    lines = ["rule cc", "  command = cc -c $in -o $out $flags", "  description = CC $out"]
    for i in range(15000):
        lines += [f"build out/dir{i % 97}/object_file_{i}.o: cc source/dir{i % 97}/file_number_{i}.cc | "
                  f"include/header_{i % 300}.h || gen/g{i % 50}", f"  flags = -O2 -DNUMBER={i}"]
    lines += [f"build gen/g{i}: cc include/header_{i}.h" for i in range(50)]
    return "\n".join(lines + ["default out/dir0/object_file_0.o", ""])


def main():
    folder = sys.argv[1]
    numbers = random.Random(1)
    texts = {"documents.json": json.dumps([value(numbers, 6) for _ in range(2500)]),
             "documents.yaml": json.dumps([value(numbers, 5) for _ in range(800)], indent=1),
             "build.ninja": build_file(), "tables.lua": LUA}
    for name, text in texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
