# SPDX-License-Identifier: MIT
"""Real work for real programs, as Debian ships them: what the program tests record and the overhead benchmark times.

Side: tests. Standard library only. Each workload writes its inputs into a folder and says which command reads them.
Inputs are made, not stored, from fixed numbers, so that every run sees the same bytes. `scale` 1 is a second or less
of work; the benchmark takes more.
"""
import dataclasses
import json
import os
import shutil
import subprocess
from typing import Callable

# Whatever a program draws from chance, from the clock or from the user's settings is fixed here.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0",
               "PYTHONDONTWRITEBYTECODE": "1", "PERL_HASH_SEED": "0", "GIT_CONFIG_GLOBAL": "/dev/null",
               "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
               "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z", "GIT_AUTHOR_NAME": "A", "GIT_COMMITTER_NAME": "A",
               "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_EMAIL": "a@example.org"}


@dataclasses.dataclass
class Workload:
    name: str
    program: str
    arguments: list
    prepare: Callable = lambda folder, scale: None
    environment: dict = dataclasses.field(default_factory=dict)
    outputs: list = dataclasses.field(default_factory=list)  # files that the program writes
    before: list = dataclasses.field(default_factory=list)   # commands that are run unrecorded, in an empty folder

    def path(self):
        return shutil.which(self.program, path=ENVIRONMENT["PATH"])

    def run(self, folder, extra_environment):
        """Runs it in `folder`; everything that it gave, as one comparable value."""
        environment = {**ENVIRONMENT, "HOME": folder, **self.environment}
        for command in self.before:
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        done = subprocess.run([self.path()] + self.arguments, cwd=folder, env={**environment, **extra_environment},
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        written = {name: read(os.path.join(folder, name)) for name in self.outputs}
        return {"status": done.returncode, "standard output": done.stdout, "standard error": done.stderr, **written}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def numbers(count, seed=1):
    """A fixed pseudo-random sequence (Numerical Recipes' linear congruence), the same on every Python."""
    state = seed
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 8


def people(count):
    for i, number in enumerate(numbers(count)):
        yield {"id": i, "name": f"person {number}", "tags": [f"t{number % 7}", f"u{number % 11}"],
               "place": {"street": f"street {number % 1000}", "city": f"city {number % 50}"}, "score": number / 1000}


def json_input(folder, scale):
    write(folder, "people.json", json.dumps(list(people(6000 * scale)), indent=1))


def xml_input(folder, scale):
    rows = (f'<person id="{p["id"]}" score="{p["score"]}"><name>{p["name"]}</name><city>{p["place"]["city"]}</city>'
            f'<tag>{p["tags"][0]}</tag></person>\n' for p in people(8000 * scale))
    write(folder, "people.xml", "<people>\n" + "".join(rows) + "</people>\n")


def sql_input(folder, scale):
    write(folder, "work.sql", f"""
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, city TEXT, score REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {30000 * scale})
INSERT INTO person SELECT i, 'person ' || (i * 7919 % 100003), 'city ' || (i % 50), i * 0.37 FROM n;
CREATE INDEX by_name ON person(name);
SELECT city, count(*), round(avg(score), 2), group_concat(substr(name, 8, 3)) FROM person WHERE id % 3 = 0 GROUP BY city;
SELECT json_group_array(json_object('id', id, 'name', upper(name))) FROM (SELECT * FROM person ORDER BY name LIMIT 5000);
UPDATE person SET name = replace(name, 'person', 'citizen') WHERE id % 2 = 0;
SELECT count(DISTINCT name), max(length(name)) FROM person;
""")


PYTHON_WORK = """
import ast, json, re, sys
rounds = int(sys.argv[1])
text = open('people.json').read()
for _ in range(rounds):
    data = json.loads(text)
    again = json.dumps(data, sort_keys=True)
    words = re.findall(r'"(\\w+ \\d+)"', again)
    tree = ast.parse('\\n'.join(f'v{i} = {{"a": [{i}, {i} + 1], "b": (x for x in range({i}))}}' for i in range(2000)))
    print(len(data), len(again), len(set(words)), sum(1 for _ in ast.walk(tree)))
"""


def python_input(folder, scale):
    json_input(folder, 1)
    write(folder, "work.py", PYTHON_WORK)


PERL_WORK = r"""
use strict; use warnings;
my %count; my @rows; my $state = 1;
for my $i (1 .. $ARGV[0]) {
    $state = ($state * 1664525 + 1013904223) % 4294967296;
    my $key = "key" . ($state % 5003);
    push @{$count{$key}{list}}, $i if $i % 4 == 0;
    $count{$key}{total} += $i;
    push @rows, [$key, $state, { name => "n$i" }] if $i % 2;
}
my @sorted = sort { $a->[0] cmp $b->[0] || $a->[1] <=> $b->[1] } @rows;
my $text = join ",", map { "$_->[0]:$_->[2]{name}" } @sorted;
$text =~ s/key(\d+)/k$1/g;
print length($text), " ", scalar(keys %count), " ", substr($text, 0, 60), "\n";
"""

CPP_SOURCE = """
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <unordered_map>
#include <vector>
std::map<std::string, std::vector<std::unique_ptr<std::function<int(std::string)>>>> table;
int matches(const std::string& text) {
    std::unordered_map<std::string, int> words;
    const std::regex word("[a-z]+([0-9]*)|(x|y)*z");
    for (std::sregex_iterator i(text.begin(), text.end(), word), end; i != end; ++i) ++words[i->str(1)];
    std::vector<std::pair<std::string, int>> sorted(words.begin(), words.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[0].second;
}
"""


def git_input(folder, scale):
    for number in range(40 * scale):
        os.makedirs(os.path.join(folder, f"d{number % 5}"), exist_ok=True)
        write(folder, f"d{number % 5}/f{number}.txt", "".join(f"line {n % 97}\n" for n in numbers(200, number + 1)))


GIT_BEFORE = [["git", "init", "-q", "-b", "main", "."], ["git", "add", "."], ["git", "commit", "-q", "-m", "one"],
              ["sh", "-c", "for f in d*/*.txt; do sort \"$f\" -o \"$f\"; done"], ["git", "commit", "-q", "-a", "-m", "two"]]


def workloads(scale=1):
    """All of them, with inputs of `scale`."""
    python = ["work.py", str(scale)]
    return [
        Workload("sqlite3", "sqlite3", [":memory:", ".read work.sql"], sql_input),
        Workload("jq", "jq", ["-c", "map(select(.id % 2 == 0) | {name, city: .place.city, t: (.tags | join(\"-\"))}) | "
                              "group_by(.city) | map({c: .[0].city, n: length, all: map(.name)})", "people.json"],
                 json_input),
        Workload("xmllint", "xmllint", ["--format", "people.xml"], xml_input),
        Workload("python3", "/usr/bin/python3", python, python_input),
        Workload("python3 over malloc", "/usr/bin/python3", python, python_input, {"PYTHONMALLOC": "malloc"}),
        Workload("perl", "perl", ["work.pl", str(60000 * scale)],
                 lambda folder, _: write(folder, "work.pl", PERL_WORK)),
        Workload("g++", "g++", ["-std=c++17", "-O1", "-c", "heavy.cpp", "-o", "heavy.o"],
                 lambda folder, _: write(folder, "heavy.cpp", CPP_SOURCE), outputs=["heavy.o"]),
        Workload("git", "git", ["log", "-p", "--stat", "-M"], git_input, before=GIT_BEFORE),
    ]


def named(name, scale=1):
    return next(work for work in workloads(scale) if work.name == name)
