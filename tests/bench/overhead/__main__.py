#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What does recording cost a program, beside heaptrack and whatever else is installed?

Usage: python3 tests/bench/overhead BUILD_FOLDER [PROGRAM…] [--rounds 3] [--quick] [--parts cpu,threads,…] [--also NAME,…]
                                    [--json FILE] [--markdown] [--document FILE]
       python3 tests/bench/overhead --from FILE [--markdown] [--document FILE]

BUILD_FOLDER is a Release build with HEAPKIT_TESTS. A round runs a program in each way, one after the other, so that a noisy
machine is unkind to all alike; figures are medians of the rounds. CPU time is user and system time of the process and its
children. Named PROGRAMs alone are measured when there are some. --quick takes small inputs and a minute: it shows that all works,
as the start of a program is then a large part of it. --also adds other tools, which are slow. --markdown prints the tables as
docs/performance.md has them, and --document docs/performance.md puts them there, at the places that are marked for them.
--from shows what an earlier run wrote by --json.
"""
import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.dirname(HERE)] + [os.path.join(HERE, "../..", name) for name in ("programs", "support")]

# pylint: disable=wrong-import-position
import bars  # noqa: E402
import cpu  # noqa: E402
import instructions  # noqa: E402
import kinds  # noqa: E402
import machine  # noqa: E402
import measure  # noqa: E402
import memory  # noqa: E402
import pauses  # noqa: E402
import processes  # noqa: E402
import programs  # noqa: E402
import tables  # noqa: E402
import threads  # noqa: E402
import whole_tool  # noqa: E402

PARTS = ("cpu", "threads", "processes", "memory", "whole", "pause", "instructions")


def listed(text):
    return [word for word in text.split(",") if word]


def parse():
    parser = argparse.ArgumentParser(prog="overhead", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?")
    parser.add_argument("programs", nargs="*", help="of: " + ", ".join(program.name for program in programs.PROGRAMS))
    parser.add_argument("--rounds", type=int, default=None, help="3, or 1 with --quick")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", type=listed, default=None, help="of: " + ", ".join(PARTS))
    parser.add_argument("--also", type=listed, default=[],
                        help="of: " + ", ".join(kind.name for kind in kinds.KINDS if not kind.always))
    parser.add_argument("--json")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--document")
    parser.add_argument("--from", dest="earlier")
    given = parser.parse_intermixed_args()
    if (given.build is None) == (given.earlier is None):
        parser.error("either a build folder or --from")
    given.build = os.path.abspath(given.build or ".")
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.parts = given.parts or (["cpu"] if given.programs else list(PARTS))
    unknown = set(given.parts) - set(PARTS) | set(given.programs) - {program.name for program in programs.PROGRAMS} \
        | set(given.also) - {kind.name for kind in kinds.KINDS}
    if unknown:
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    return given


def measure_parts(given, all_kinds, facts):
    """Fills in `facts`, and writes them after each part and program, so that an end in the middle loses little."""
    chosen = programs.named(given.programs) if given.programs else [one for one in programs.PROGRAMS if one.usual]

    def keep(answers):
        measure.write_json(given.json, {**facts, "cpu": answers})
    one = {"cpu": lambda: cpu.measure_all(chosen, all_kinds, given, keep),
           "threads": lambda: threads.measure_all(given.build, all_kinds, given.rounds, given.quick),
           "processes": lambda: processes.measure_all(given.build, all_kinds, given.quick),
           "memory": lambda: memory.measure_all(given.build, all_kinds, given.quick),
           "whole": lambda: whole_tool.measure_all(given.build, all_kinds, given.rounds, given.quick),
           "pause": lambda: pauses.measure_all(given.build, given.rounds, given.quick),
           "instructions": lambda: instructions.measure_all(given.build, all_kinds, given.quick)}
    for part in given.parts:
        started = time.monotonic()
        facts[part] = one[part]()
        if part == "cpu":
            facts[part], facts["left_out"]["programs"] = facts[part]
        facts["load"].append(machine.load())
        print(f"measured {part} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        measure.write_json(given.json, facts)


def say_what_was_measured(printer, facts):
    of = facts["machine"]
    loads = facts["load"] + [load for one in facts.get("cpu", []) for pair in one["load"] for load in pair]
    rounds = "1 round" if facts["rounds"] == 1 else f"{facts['rounds']} rounds"
    printer.part("machine", "What was measured")
    printer.text(f"{of['processor']}, {of['cores']} cores, {of['memory_bytes'] / 2**30:.0f} GiB, {of['system']}, "
                 f"Linux {of['kernel']}; {rounds}" + (", small inputs" if facts["quick"] else "") +
                 f"; processes that could run meanwhile: {min(loads):.0f} to {max(loads):.0f}.")
    printer.text("Versions: " + ", ".join(f"{name} {version}" for name, version in of["versions"].items()) + ".")
    for kind, what in {**facts["left_out"]["kinds"], **facts["left_out"].get("programs", {})}.items():
        printer.text(f"Left out: {kind}, as {what} is not there.")


def show(printer, facts):
    if "cpu" in facts:
        cpu.show(printer, facts["cpu"], facts["kinds"])
    for part, module in (("threads", threads), ("processes", processes), ("memory", memory), ("whole", whole_tool),
                         ("pause", pauses), ("instructions", instructions)):
        if part in facts:
            module.show(printer, facts[part])
    bars.show(printer, bars.all_of(facts))


def measured(given):
    all_kinds, lacking = kinds.chosen(given.build, given.also)
    facts = {"machine": machine.facts(), "rounds": given.rounds, "quick": given.quick, "load": [machine.load()],
             "kinds": [kind.name for kind in all_kinds], "left_out": {"kinds": lacking}}
    started = time.monotonic()
    measure_parts(given, all_kinds, facts)
    facts["seconds"] = time.monotonic() - started
    facts["bars"] = [{"what": bar.what, "value": bar.value, "most": bar.most, "stretch": bar.stretch, "verdict": bar.verdict()}
                     for bar in bars.all_of(facts)]
    measure.write_json(given.json, facts)
    return facts


def earlier(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    given = parse()
    facts = earlier(given.earlier) if given.earlier else measured(given)
    printer = tables.Printer(given.markdown or given.document is not None)
    say_what_was_measured(printer, facts)
    show(printer, facts)
    if given.document:
        printer.write_into(given.document)
    else:
        printer.print()


if __name__ == "__main__":
    main()
