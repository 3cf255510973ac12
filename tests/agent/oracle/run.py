#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one program under the oracle and judges its report.

Side: tests. Usage: run.py right|wrong LIBRARY COMMAND ... | run.py right LIBRARY --program NAME

`right`: every process reported, none has a wrong stack, and at most one in a hundred was cut short by libunwind.
`wrong`: at least one stack is wrong; for memos weakened on purpose. Exit status 77: the program is not installed.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SQL = ("create table t(a integer primary key, b text); with recursive c(x) as (select 1 union all select x+1 from c "
       "where x<2000) insert into t select x, hex(randomblob(10)) from c; create index i on t(b); "
       "select count(*) from (select distinct substr(b,1,4) s from t order by s);")
PYTHON = "import ast, json, re; json.loads(json.dumps([{'a': [i, str(i)]} for i in range(300)])); ast.parse('a+b')"
SOURCE = "#include <string>\nstd::string f(int n) { return std::string(n, 'x') + std::to_string(n); }\n"


def real_python():
    """The interpreter itself, the system's where there is one: a wrapper script would be what is measured."""
    system = "/usr/bin/python3"
    return os.path.realpath(system if os.path.exists(system) else sys.executable)


def prepare(folder):
    with open(os.path.join(folder, "in.json"), "w") as file:
        json.dump([{"id": i, "v": [i, str(i)]} for i in range(500)], file)
    with open(os.path.join(folder, "in.xml"), "w") as file:
        file.write("<r>" + "".join(f'<i id="{i}"><n>{i}</n></i>' for i in range(1000)) + "</r>")
    with open(os.path.join(folder, "in.cpp"), "w") as file:
        file.write(SOURCE)


def command_of(program, folder):
    return {
        "sqlite3": ["sqlite3", ":memory:", SQL],
        "jq": ["jq", "-c", "[.[]|select(.id%3==0)|{id,n:(.v|length)}]|length", "in.json"],
        "xmllint": ["xmllint", "--xpath", "count(//n)", "in.xml"],
        "python3": [real_python(), "-c", PYTHON],
        "perl": ["perl", "-e", 'my %h; $h{$_} = [$_, "x$_"] for 1..2000; print scalar(sort keys %h);'],
        "git": ["git", "init", "-q", os.path.join(folder, "repository")],
        "c++": [os.environ.get("CXX", "c++"), "-c", "in.cpp", "-o", "out.o"],
    }[program]


def run(library, command, folder):
    report = os.path.join(folder, "report")
    environment = dict(os.environ, LD_PRELOAD=library, HEAPKIT_ORACLE_REPORT=report, PYTHONMALLOC="malloc")
    result = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
    lines = open(report).read().splitlines() if os.path.exists(report) else []
    return result.returncode, lines


def judge(expected, status, lines):
    """What is wrong with the run, or None."""
    counts = [{k: int(v) for k, v in re.findall(r"(\w+) (\d+)", line.split(" ", 1)[1])} for line in lines]
    if not counts or sum(c["frames"] for c in counts) == 0:
        return "nothing was compared"
    wrong = sum(c["wrong"] for c in counts)
    if expected == "wrong":
        return None if wrong else "the weakened memo was not noticed"
    if wrong or status != 0:
        return f"{wrong} wrong stacks, status {status}"
    short, all_stacks = sum(c["short"] for c in counts), sum(c["allocations"] for c in counts)
    return f"libunwind gave up on {short} of {all_stacks}" if short * 100 > all_stacks else None


def main():
    expected, library, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        if command[0] == "--program":
            prepare(folder)
            command = command_of(command[1], folder)
            if shutil.which(command[0]) is None:
                sys.exit(77)
        status, lines = run(library, command, folder)
        problem = judge(expected, status, lines)
        print("\n".join(lines))
        if problem:
            sys.exit(problem)


if __name__ == "__main__":
    main()
