#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what keeps the tail of the code short: no file over 600 lines, no function over 70, no line of C++ over
120 columns, a licence line in every source and script, no unfinished words, nothing that names the machine it was
written on.

Side: tests. Usage: sizes.py ROOT   (with --longest N it prints the longest functions instead)

Functions are found by their braces, not by a compiler: an opening brace at namespace or class level whose statement
has a parameter list. Python functions are found by Python's own parser.
"""
import ast
import os
import re
import sys

import tree

MOST_LINES, MOST_FUNCTION_LINES, MOST_COLUMNS = 600, 70, 120
LICENCE = "SPDX-License-Identifier: MIT"
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
SCRIPT_ENDINGS = (".py", ".sh", ".cmake")
TEXT_ENDINGS = tree.SOURCE_ENDINGS + SCRIPT_ENDINGS + (".md", ".txt", ".json", ".imports", ".exports")


def is_code(path):
    name = os.path.basename(path)
    return (path.endswith(tree.SOURCE_ENDINGS + SCRIPT_ENDINGS) or name == "CMakeLists.txt" or
            ("." not in name and path.startswith(("scripts/", ".ci/"))))


def without_text(source):
    """C++ with comments, strings and preprocessor lines blanked, line breaks kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    pattern = (r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\''
               r"|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*")
    return re.sub(pattern, blank, source, flags=re.S | re.M)


def opens_function(statement):
    if "(" not in statement or re.search(r"(^|\s)(namespace|class|struct|union|enum|extern)\s[^()]*$", statement):
        return False
    head = statement.partition("(")[0]
    return "=" not in head or "operator" in head  # a table, or a lambda, that is given to a constant


def cpp_functions(source):
    """(name-ish, first line, number of lines) of each function body at namespace or class level."""
    text = without_text(source)
    stack, start, line = [], 0, 1
    for position, char in enumerate(text):
        if char == "\n":
            line += 1
        elif char == "{":
            statement = text[start:position].strip()
            inside = bool(stack) and stack[-1][0] != "scope"
            kind = "inner" if inside else "function" if opens_function(statement) else "scope"
            stack.append((kind, statement, line))
            start = position + 1
        elif char == "}":
            if stack:
                kind, statement, first = stack.pop()
                if kind == "function":
                    yield " ".join(statement.split())[-80:], first, line - first + 1
            start = position + 1
        elif char == ";":
            start = position + 1


def python_functions(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def functions(path, text):
    if path.endswith(tree.SOURCE_ENDINGS):
        return cpp_functions(text)
    return python_functions(text) if path.endswith(".py") else ()


def machine_paths(root):
    """A pattern for paths that only this machine has: the checkout itself, its parent, and home folders."""
    here = os.path.realpath(root)
    places = [here] + [parent for parent in [os.path.dirname(here)] if parent not in ("/", "/tmp", "/usr", "/home")]
    return re.compile(r"(?<![\w.])(?:" + "|".join(map(re.escape, places)) + r"|/home/\w+|/root|/Users/\w+)/")


def check_file(path, text, foreign):
    lines = text.splitlines()
    if is_code(path):
        if not any(LICENCE in line for line in lines[:5]):
            yield f"{path}: no line '{LICENCE}' at its head"
        if len(lines) > MOST_LINES:
            yield f"{path}: {len(lines)} lines; the most is {MOST_LINES}"
        for name, first, length in functions(path, text):
            if length > MOST_FUNCTION_LINES:
                yield f"{path}:{first}: a function of {length} lines; the most is {MOST_FUNCTION_LINES}: {name}"
    for number, line in enumerate(lines, 1):
        if path.endswith(tree.SOURCE_ENDINGS) and len(line) > MOST_COLUMNS:
            yield f"{path}:{number}: {len(line)} columns; the most is {MOST_COLUMNS}"
        if is_code(path) and UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished: {line.strip()}"
        if foreign.search(line):
            yield f"{path}:{number}: names a folder of one machine: {line.strip()}"


def check(root):
    foreign = machine_paths(root)
    paths = [path for path in tree.files(root) if is_code(path) or path.endswith(TEXT_ENDINGS)]
    return [problem for path in paths for problem in check_file(path, tree.read(root, path), foreign)], len(paths)


def print_longest(root, count):
    found = [(length, f"{path}:{first}", name) for path in tree.files(root) if is_code(path)
             for name, first, length in functions(path, tree.read(root, path))]
    for length, place, name in sorted(found, reverse=True)[:count]:
        print(f"{length:5} {place}  {name}")
    print(f"{len(found)} functions")


if __name__ == "__main__":
    if "--longest" in sys.argv:
        print_longest(sys.argv[1], int(sys.argv[3]))
    else:
        found, total = check(sys.argv[1])
        tree.finish(found, f"{total} files within bounds")
