# SPDX-License-Identifier: MIT
"""What is measured: real programs as they are installed, and small ones of our own that show one thing each.

Side: tests, bench. Each row writes its inputs from fixed numbers and says which command reads them. `full` and `quick` are
the scales of the two kinds of run; scale 1 is about a tenth of a second.
"""
import dataclasses
import os
import re
import shutil
import subprocess
from typing import Callable

import redis_load
import workloads

ORDINARY, OTHER, COMPILER, FAMILY, EXTREME, THREADS = "ordinary", "other", "compiler", "family", "extreme", "threads"


@dataclasses.dataclass
class Program:
    name: str
    group: str
    command: Callable          # (folder, build, scale) -> the words of the command; it may write inputs first
    full: int
    quick: int = 1
    needs: tuple = ()          # programs that must be installed, or paths that must exist
    environment: dict = dataclasses.field(default_factory=dict)
    load: Callable = None      # (folder, scale): what a server is asked, until it ends
    note: str = ""
    usual: bool = True         # measured when it is not named
    comparable: bool = True    # heaptrack sees the same allocations as we do

    def missing(self):
        """The first thing that it needs and this machine lacks; None when all is there."""
        return next((need for need in self.needs if not os.path.exists(need) and shutil.which(need) is None), None)

    def prepare(self, folder, build, scale):
        return self.command(folder, build, scale)

    def base_environment(self, folder):
        return {**workloads.ENVIRONMENT, "HOME": folder, **self.environment}


def shared_with_tests(name):
    """A workload that the program tests record too."""
    def command(folder, _build, scale):
        work = workloads.named(name, scale)
        environment = {**workloads.ENVIRONMENT, "HOME": folder}
        work.prepare(folder, scale)
        for words in work.before:
            subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)
        return [work.path(), *work.arguments]
    return command


def own(name, *arguments, per_scale):
    """One of our programs; its first argument that is None is per_scale times the scale."""
    def command(_folder, build, scale):
        words = [str(per_scale * scale) if word is None else word.replace("BUILD", build) for word in arguments]
        return [os.path.join(build, "bin", f"overhead_{name}"), *words]
    return command


NODE_WORK = r"""
const zlib = require('zlib'), url = require('url'), vm = require('vm'), crypto = require('crypto');
let state = 1, sum = 0;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
for (let round = 0; round < +process.argv[2]; ++round) {
  const people = Array.from({length: 200}, (_, i) => ({id: i, name: 'person ' + next(), tags: ['t' + next() % 7, 'u' + i]}));
  const text = JSON.stringify(people);
  sum += JSON.parse(text).length + zlib.gunzipSync(zlib.gzipSync(text)).length;
  for (let i = 0; i < 200; ++i) {
    sum += new URL(`https://host${next() % 50}.example.org/path/${i}?q=${next()}`).searchParams.get('q').length;
    sum += new vm.Script(`(function f${i}(a, b) { return a.map((x) => x * ${i} + b); })([1, 2, ${i}], ${i})`).runInThisContext()[0];
    sum += new RegExp(`p[a-z]+ (${next() % 100}\\d+)`).exec(text) ? 1 : 0;
    sum += crypto.createHash('sha256').update(text.slice(i, i + 200)).digest()[0];
  }
}
console.log(sum);
"""


def node(folder, _build, scale):
    workloads.write(folder, "work.js", NODE_WORK)
    return [shutil.which("node"), "work.js", str(scale)]


SPIRIT_SOURCE = """
#include <boost/spirit/include/qi_core.hpp>
namespace qi = boost::spirit::qi;
bool parse(const char* first, const char* last) {
    return qi::phrase_parse(first, last, '{' >> *(qi::alpha >> '=' >> qi::int_ >> -qi::lit(',')) >> '}', qi::space);
}
"""


def compiler(driver, source, *flags):
    """The compiler itself, as its driver would start it: heaptrack follows no child."""
    def command(folder, _build, scale):
        text = workloads.CPP_SOURCE if source == "regex" and scale > 1 else "#include <string>\n#include <map>\n" \
            if source == "regex" else SPIRIT_SOURCE
        workloads.write(folder, "heavy.cpp", text)
        said = subprocess.run([driver, "-###", "-std=c++17", *flags, "-c", "heavy.cpp", "-o", "heavy.s"], cwd=folder,
                              env=workloads.ENVIRONMENT, check=True, capture_output=True, text=True).stderr
        line = next(line for line in said.splitlines() if re.match(r'^ "?/\S*(cc1plus|clang\S*)"? ', line))
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
        return [os.path.join(folder, "heavy.s") if re.search(r"\.s$", word) else word for word in words]
    return command


MAKEFILE = """
targets := $(shell seq 1 {count})
.PHONY: all $(targets)
all: $(targets)
$(targets): ; @test -n "$@" && expr $@ + 1 | sed s/1/2/ > $@.out && cp $@.out $@.copy
"""


def make(folder, _build, scale):
    workloads.write(folder, "Makefile", MAKEFILE.replace("{count}", str(20 * scale)))
    return [shutil.which("make"), "-s", "-f", "Makefile"]


BOOST = "/usr/include/boost/spirit/include/qi_core.hpp"
FOLLOWING = "children are recorded too; heaptrack follows none"

PROGRAMS = [
    Program("xmllint", ORDINARY, shared_with_tests("xmllint"), 24, 2, ("xmllint",)),
    Program("jq", ORDINARY, shared_with_tests("jq"), 8, 1, ("jq",)),
    Program("python3", ORDINARY, shared_with_tests("python3 over malloc"), 3, 1, ("/usr/bin/python3",),
            {"PYTHONMALLOC": "malloc"}, note="`PYTHONMALLOC=malloc`"),
    Program("python3, its own allocator", OTHER, shared_with_tests("python3"), 3, 1, ("/usr/bin/python3",),
            note="heaptrack sees its arenas alone", comparable=False),
    Program("sqlite3", ORDINARY, shared_with_tests("sqlite3"), 8, 1, ("sqlite3",)),
    Program("perl", ORDINARY, shared_with_tests("perl"), 4, 1, ("perl",)),
    Program("redis", ORDINARY, redis_load.command, 20, 2, ("redis-server",), load=redis_load.drive,
            note="over jemalloc, under load; the server alone"),
    Program("node", ORDINARY, node, 60, 4, ("node",)),
    Program("exceptions", ORDINARY, own("exceptions", None, per_scale=5_000), 15),
    Program("git log -p", OTHER, shared_with_tests("git"), 10, 1, ("git",)),
    Program("cc1plus", COMPILER, compiler("g++", "regex", "-O0"), 2, 1, ("g++",), note="`-O0`, `<regex>`"),
    Program("cc1plus, boost.spirit", COMPILER, compiler("g++", "spirit", "-fsyntax-only"), 1, 1, ("g++", BOOST), usual=False),
    Program("clang", COMPILER, compiler("clang++", "regex", "-O0"), 2, 1, ("clang++",), note="`-O0`, `<regex>`"),
    Program("clang, boost.spirit", COMPILER, compiler("clang++", "spirit", "-fsyntax-only"), 1, 1, ("clang++", BOOST), usual=False),
    Program("make", FAMILY, make, 4, 1, ("make",), note=FOLLOWING),
    Program("dlopen", EXTREME, own("dlopen", None, "BUILD/lib/overhead_plugin.so", per_scale=200), 10),
    Program("live blocks", EXTREME, own("live", None, per_scale=100_000), 30, note="3 M, half of them replaced"),
    Program("hot loop", EXTREME, own("hot", None, per_scale=1_000_000), 20),
    Program("recursion", EXTREME, own("recursion", None, per_scale=1_000), 20, note="120 calls deep"),
    Program("larson", THREADS, own("larson", "2", None, per_scale=200_000), 10, note="two threads"),
    Program("xmalloc", THREADS, own("xmalloc", "2", None, per_scale=1_000), 20, note="two threads"),
    Program("producer and consumer", THREADS, own("pipeline", "1", None, per_scale=20_000), 10, note="two threads"),
]


def named(names):
    known = {program.name: program for program in PROGRAMS}
    return [known[name] for name in names]
