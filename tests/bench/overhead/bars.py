# SPDX-License-Identifier: MIT
"""What was set as the most that recording may cost, and whether it does not cost more.

Side: tests, bench. A bar that this run has no figure for is left out. The stretch is what would be very good.
"""
import dataclasses
import math
import statistics

import kinds
import memory
import programs

LARSON_SCALES = 0.9   # of what native threads gain by a second one


@dataclasses.dataclass
class Bar:
    what: str
    value: float
    most: float
    stretch: float = None
    form: str = "{:.2f}"
    at_least: bool = False

    def holds(self, limit):
        return self.value >= limit if self.at_least else self.value <= limit

    def verdict(self):
        if not self.holds(self.most):
            return "missed"
        return "met" if self.stretch is None or not self.holds(self.stretch) else "met, and the stretch"

    def row(self):
        limits = [self.most] + ([] if self.stretch is None else [self.stretch])
        sign = "at least" if self.at_least else "at most"
        return [self.what, self.form.format(self.value), f"{sign} " + ", stretch ".join(map(self.form.format, limits)),
                self.verdict()]


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def of_shares(answers, group, what):
    shares = {one["program"]: one["share"] for one in answers if one["group"] == group and one.get("share") is not None}
    if not shares:
        return []
    worst = max(shares, key=shares.get)
    bars = [Bar(f"share of heaptrack's added CPU time, {what}: the worst, {worst}", shares[worst], 0.5, 0.4)]
    if group == programs.ORDINARY:
        seen = [share for share in shares.values() if share > 0]  # below that is noise, which would only flatter us
        if seen:
            bars.insert(0, Bar(f"share of heaptrack's added CPU time, {what}: geometric mean of {len(seen)}",
                               geometric_mean(seen), 0.25, 0.2))
    return bars


def of_ratios(answers):
    ratios = {one["program"]: one["kinds"][kinds.RECORDING]["ratio"] for one in answers
              if one["group"] in (programs.ORDINARY, programs.COMPILER)}
    if not ratios:
        return []
    worst = max(ratios, key=ratios.get)
    return [Bar("CPU time over native, ordinary programs and compilers: median", statistics.median(ratios.values()), 1.2, 1.12),
            Bar(f"the same: the worst, {worst}", ratios[worst], 1.7)]


def of_hot_loop(answers):
    return [Bar("added to a pair in the hot loop, ns", one["kinds"][kinds.RECORDING]["added_ns"], 25, 15, "{:.0f}")
            for one in answers if one["program"] == "hot loop"]


def of_sampling(answers):
    over = [one["kinds"][kinds.SAMPLING]["ratio"] / one["kinds"][kinds.COUNTING]["ratio"] for one in answers
            if one["group"] == programs.ORDINARY and kinds.SAMPLING in one["kinds"]]
    return [Bar("sampling over a preload that only counts: geometric mean", geometric_mean(over), 1.02, form="{:.3f}")] if over else []


def of_threads(facts):
    bars = []
    for one in facts:
        if one["program"] == "larson":
            ours, native = one["kinds"][kinds.RECORDING], one["kinds"][kinds.NATIVE]
            bars += [Bar("larson: what two threads gain, over what they gain natively", ours["throughput"] / native["throughput"],
                         LARSON_SCALES, at_least=True),
                     Bar("larson: added to a pair by two threads, over one", ours["added_ns"][1] / ours["added_ns"][0], 1.1)]
    return bars


def of_processes(facts):
    bars = []
    for name, figures in facts["commands"].items():
        ours, native = figures[kinds.RECORDING], figures[kinds.NATIVE]
        bars.append(Bar(f"{name}: time added, ms", (ours["wall"] - native["wall"]) * 1e3, 1))
        if name != "/bin/true":
            bars.append(Bar(f"{name}: memory added, MiB", (ours["rss"] - native["rss"]) / 2**20, 2))
    return bars


def of_memory(facts):
    worst = max(facts["blocks"], key=lambda one: one["added_bytes"][kinds.RECORDING] / memory.most_for_block(one["usable"]))
    return [Bar(f"the side table, of 27 % of usable bytes and 8 B a block: the worst, {worst['requested']} B",
                worst["added_bytes"][kinds.RECORDING] / memory.most_for_block(worst["usable"]), 1),
            Bar("a stack: 64 B of counters and 4 B of its leaf", facts["stacks"]["stack_bytes"], 68, form="{:.0f}"),
            Bar("a node of the tree of stacks, B", facts["stacks"]["node_bytes"], 16, form="{:.0f}"),
            Bar("private pages of a process that does nothing, MiB", facts["fixed"][kinds.RECORDING]["private"] / 2**20, 4)]


def of_whole_tool(facts):
    if not facts:
        return []
    return [Bar(f"the whole tool, {name}: times less CPU time than heaptrack's, geometric mean",
                geometric_mean([one["times_less"][when] for one in facts]), 5, form="{:.1f}", at_least=True)
            for when, name in (("first", "the first time"), ("again", "symbols known"))]


def of_pauses(facts):
    return [Bar("a snapshot's pause over a bare fork", facts["ratio"], 1.5)] if facts else []


def of_instructions(facts):
    return [Bar("instructions added to a pair, 20 calls deep", facts["hot_path"]["depth 20"], 500, 400, "{:.0f}")] if facts else []


def all_of(facts):
    bars = []
    if "cpu" in facts:
        answers = facts["cpu"]
        bars += of_shares(answers, programs.ORDINARY, "ordinary programs")
        bars += of_shares(answers, programs.COMPILER, "compilers") + of_ratios(answers) + of_hot_loop(answers)
        bars += of_sampling(answers)
    for part, of_part in (("instructions", of_instructions), ("threads", of_threads), ("whole", of_whole_tool),
                          ("processes", of_processes), ("memory", of_memory), ("pause", of_pauses)):
        bars += of_part(facts[part]) if part in facts else []
    return bars


def show(printer, bars):
    printer.part("bars", "Bars")
    printer.table(["", "measured", "bar", ""], [bar.row() for bar in bars])
