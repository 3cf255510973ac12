#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that docs/FORMAT.md says what libprof/include/prof/format.h says: every field's offset and size, every number
of every enumeration, every section's element.

Side: tests. Usage: format_document.py ROOT C_COMPILER

The document's tables are read, not its prose. A table below a line `<!-- struct NAME -->` has rows
| offset | bytes | `field` | …; one below `<!-- enum NAME -->` has rows | number | `CONSTANT` | …. The compiler is the
judge: a C file of static assertions is made from the tables, and one that counts what the tables left out.
"""
import os
import re
import subprocess
import sys
import tempfile

import tree

HEADER = "libprof/include/prof/format.h"
DOCUMENT = "docs/FORMAT.md"


def tables(text):
    """(kind, name, rows) for each table that a comment names."""
    current = None
    for line in text.splitlines():
        mark = re.match(r"<!-- (struct|enum) (\w+) -->", line)
        if mark:
            current = (mark.group(1), mark.group(2), [])
        elif current and line.startswith("|"):
            current[2].append([cell.strip().strip("`") for cell in line.strip().strip("|").split("|")])
        elif current and current[2]:
            yield current[0], current[1], current[2][2:]  # without heading and rule
            current = None
    if current and current[2]:
        yield current[0], current[1], current[2][2:]


def declared(header):
    """{struct: [fields]} and {enum or first constant: [constants]}, from the header's text."""
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    structs, enums = {}, {}
    for name, body in re.findall(r"struct (prof_\w+) \{(.*?)\};", code, flags=re.S):
        structs[name] = re.findall(r"(\w+)(?:\[[^\]]*\])?;", body)
    for name, body in re.findall(r"enum (prof_\w+) \{(.*?)\};", code, flags=re.S):
        enums[name] = re.findall(r"(PROF_\w+)", re.sub(r"=\s*[^,]*", "", body))
    return structs, enums


def assertions(found):
    yield '#include <stddef.h>\n#include "prof/format.h"'
    for kind, name, rows in found:
        if kind == "enum":
            for number, constant, *_ in rows:
                yield f'_Static_assert({constant} == {number}, "{constant} is not {number}");'
            continue
        total = 0
        for offset, size, field, *_ in rows:
            value = f"struct {name}, {field}"
            yield f'_Static_assert(offsetof({value}) == {offset}, "{name}.{field} is not at {offset}");'
            yield (f'_Static_assert(sizeof(((struct {name}*)0)->{field}) == {size}, '
                   f'"{name}.{field} has not {size} bytes");')
            total = int(offset) + int(size)
        yield f'_Static_assert(sizeof(struct {name}) == {total}, "{name} has not {total} bytes");'


def left_out(found, header):
    structs, enums = declared(header)
    told = {(kind, name): {row[2] if kind == "struct" else row[1] for row in rows} for kind, name, rows in found}
    structs.pop("prof_checksum_state", None)  # of the code, not of the file
    for kind, things in (("struct", structs), ("enum", enums)):
        for name, members in things.items():
            missing = [m for m in members if m not in told.get((kind, name), ()) and not m.endswith("_COUNT")]
            if missing:
                yield f"{DOCUMENT} does not tell of {kind} {name}: {', '.join(missing)}"


def check(root, compiler):
    header = tree.read(root, HEADER)
    found = list(tables(tree.read(root, DOCUMENT)))
    problems = list(left_out(found, header))
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "document.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write("\n".join(assertions(found)) + "\n")
        include = os.path.join(root, "libprof/include")
        run = subprocess.run([compiler, "-std=c11", "-fsyntax-only", f"-I{include}", source], capture_output=True,
                             text=True)
    problems += re.findall(r"error: (.*)", run.stderr)
    return problems, sum(len(rows) for _, _, rows in found)


if __name__ == "__main__":
    found_problems, count = check(sys.argv[1], sys.argv[2])
    tree.finish(found_problems, f"{count} rows of {DOCUMENT} agree with format.h")
