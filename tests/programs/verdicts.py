# SPDX-License-Identifier: MIT
"""What memcheck and heapkit say of one run of a program: blocks and bytes of each kind of leak.

Side: tests. A verdict is {kind: (blocks, bytes)}, kinds as `heapkit leaks` names them.
"""
import glob
import json
import os
import re
import subprocess

KINDS = ("definitely lost", "indirectly lost", "possibly lost", "still reachable")
NO_BLOCKS = "All heap blocks were freed"  # instead of a summary


def environment(folder, extra=None):
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
            "XDG_CACHE_HOME": os.path.join(folder, "cache"), **(extra or {})}


def memcheck(command, folder):
    """One verdict a leak check, the one at the end included."""
    log = os.path.join(folder, "memcheck.log")
    options = ["--leak-check=full", "--show-leak-kinds=all", "--run-libc-freeres=no", "--run-cxx-freeres=no",
               "--child-silent-after-fork=yes", f"--log-file={log}"]
    subprocess.run(["valgrind"] + options + command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL,
                   capture_output=True, check=False, timeout=300)
    with open(log, encoding="utf-8", errors="replace") as file:
        return memcheck_verdicts(file.read())


def memcheck_verdicts(text):
    """Of each summary in its output."""
    verdicts = []
    line = re.compile(r"^==\d+== +(" + "|".join(KINDS) + r"): ([\d,]+) (?:\([^)]*\) )?bytes in ([\d,]+) |" + NO_BLOCKS, re.M)
    for match in line.finditer(text):
        if match.group() == NO_BLOCKS or match.group(1) == KINDS[0]:
            verdicts.append(dict.fromkeys(KINDS, (0, 0)))
        if match.group(1):
            size, blocks = (int(match.group(n).replace(",", "")) for n in (2, 3))
            verdicts[-1][match.group(1)] = (blocks, size)
    return verdicts


def heapkit(build, command, folder):
    """One verdict a snapshot, by memcheck's rules."""
    return [heapkit_verdict(build, path, folder, memcheck_rules(path)) for path in snapshots(build, command, folder)]


def snapshots(build, command, folder):
    """Paths: those that the program took (memcheck/memcheck.h), in their order, then the one at its end."""
    heaps, tool = os.path.join(folder, "heaps"), os.path.join(build, "bin/heapkit")
    checks = os.path.join(folder, "checks")
    os.makedirs(checks, exist_ok=True)
    subprocess.run([tool, "run", "-o", heaps, "--"] + command, cwd=folder,
                   env=environment(folder, {"HEAPKIT_CHECKS": checks}), stdin=subprocess.DEVNULL, capture_output=True,
                   check=False, timeout=300)
    return sorted(glob.glob(checks + "/*.heap")) + sorted(glob.glob(heaps + "/*.heap"))


def memcheck_rules(path):
    """The heuristics that the program chose for the check, which memcheck/memcheck.h puts into the name."""
    named = re.fullmatch(r"\d+-(.*)\.heap", os.path.basename(path))
    return named.group(1).replace("all", "memcheck") if named else "memcheck"


def heapkit_verdict(build, path, folder, rules):
    """`rules`: of `heapkit leaks --heuristics`; "" for those that it has by default."""
    answer = subprocess.run([os.path.join(build, "bin/heapkit"), "leaks", path, "--json"] +
                            (["--heuristics", rules] if rules else []),
                            env=environment(folder), capture_output=True, check=True)
    totals = json.loads(answer.stdout)["answers"]["totals"]
    return {row["kind"]: (row["count"], row["size"]) for row in totals["rows"]}


def default_rules_wrong(by_memcheck, by_default):
    """What the default rules must not do beside memcheck's, "" when they do none of it: they know more interior pointers
    that hold, so what is possibly lost may be reachable instead; what is lost stays lost."""
    definite, indirect, possible, reachable = KINDS
    for kind in (definite, indirect):
        if by_memcheck[kind] != by_default[kind]:
            return f"{kind} by memcheck's rules {by_memcheck[kind]}, by default {by_default[kind]}"
    held = [tuple(map(sum, zip(verdict[possible], verdict[reachable]))) for verdict in (by_memcheck, by_default)]
    if held[0] != held[1] or by_default[possible] > by_memcheck[possible]:
        return f"possibly lost and reachable by memcheck's rules {by_memcheck}, by default {by_default}"
    return ""
