# SPDX-License-Identifier: MIT
"""For how long a snapshot stops a large program, beside a bare fork of the same program. See tests/bench/pause.py, which
measures it. Side: tests, bench."""
import argparse

import pause

GIGABYTES, QUICK_GIGABYTES = 1, 0.1


def measure_all(build, rounds, quick):
    gigabytes = QUICK_GIGABYTES if quick else GIGABYTES
    given = argparse.Namespace(gigabytes=gigabytes, block=1024, rounds=2 * rounds, no_writes=quick)
    return {} if pause.free_bytes() < 2.4e9 * gigabytes else pause.measured(build, given)


def show(printer, facts):
    if not facts:
        return
    printer.part("pause", "A snapshot's pause")
    printer.text(f"{facts['given']['gigabytes']:g} GB in blocks of {facts['given']['block']} B, medians of {len(facts['ratios'])} rounds:")
    low, high = facts["ratios"][0], facts["ratios"][-1]
    rows = [["the program stood still, beside a bare `fork()` in the same round",
             f"{facts['ratio']:.2f} times as long ({low:.2f} to {high:.2f})"],
            ["in milliseconds", f"{facts['pause']:.0f}, fork {facts['fork']:.0f}"],
            ["the whole snapshot", f"{facts['call'] / 1e3:.1f} s"],
            ["the same with `contents=none`, so all but the scan", f"{facts['call_without'] / 1e3:.1f} s"],
            ["so the scan", f"{facts['scan_gb_per_second']:.1f} GB/s"]]
    if not facts["given"]["no_writes"]:
        rows.append(["a write to a page that is shared with a copy, over one that is not", f"{facts['copied_page_us']:.2f} µs"])
    printer.table(["", ""], rows)
