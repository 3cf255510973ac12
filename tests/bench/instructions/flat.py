#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What recording adds to an allocation, by how many blocks live and by how many call stacks have allocated.

Usage: flat.py BENCH_FLAT LIBPROF [--rounds 5] [--blocks N…] [--stacks N…]

Least of interleaved rounds. The largest counts need 3 GiB; they are left out where less is free.
"""
import argparse
import os
import subprocess

BYTES_OF = {"blocks": 100, "stacks": 160}  # of the program and the recorder, for one


def run(program, kind, count, agent):
    environment = {key: value for key, value in os.environ.items() if key not in ("LD_PRELOAD", "PROF")}
    if agent:
        environment |= {"LD_PRELOAD": agent, "PROF": "exit=off"}
    output = subprocess.run([program, kind, str(count)], env=environment, check=True, capture_output=True, text=True)
    return [float(word) for word in output.stdout.split()]


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("agent")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--blocks", type=int, nargs="*", default=[10**4, 10**5, 10**6, 10**7, 3 * 10**7])
    parser.add_argument("--stacks", type=int, nargs="*", default=[10, 10**3, 10**5, 10**6, 10**7])
    given = parser.parse_args()
    given.agent = os.path.abspath(given.agent)  # the dynamic linker only warns of what it does not find
    print(f"{'':>19}  {'as they come to be':^24}  {'a pair among them':^24}  {'longest':>9}")
    print(f"{'':>19}  {'native':>7} {'recording':>9} {'added':>6}  {'native':>7} {'recording':>9} {'added':>6}")
    for kind in ("blocks", "stacks"):
        for count in getattr(given, kind):
            if count * BYTES_OF[kind] * 1.5 > available_bytes():
                print(f"{count:>12} {kind}  not enough memory")
                continue
            least = {}
            for _ in range(given.rounds):
                for agent in ("", given.agent):
                    now = run(given.program, kind, count, agent)
                    least[agent] = [min(pair) for pair in zip(now, least.get(agent, now))]
            (new, pair, _), (new_with, pair_with, longest) = least[""], least[given.agent]
            print(f"{count:>12} {kind}  {new:7.0f} {new_with:9.0f} {new_with - new:6.0f}  {pair:7.0f} {pair_with:9.0f} "
                  f"{pair_with - pair:6.0f}  {longest / 1000:6.1f} ms", flush=True)


if __name__ == "__main__":
    main()
