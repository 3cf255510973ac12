#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what libprof.so takes from the process it is loaded into, and what it gives, with what was approved.

Side: tests. Usage: wall.py LIBPROF FOLDER [--approve]

FOLDER holds libprof.imports and libprof.exports, one symbol a line. Besides: only libc may be needed, no symbol newer
than glibc 2.28 (a weak one may be), at most 64 bytes of thread-local storage. --approve writes the two lists; read
the difference before you commit it, since each import is something that a target must have.
"""
import os
import re
import subprocess
import sys

import tree

NEWEST_GLIBC = (2, 28)
MOST_TLS_BYTES = 64
NEEDED = {"libc.so.6", "ld-linux-x86-64.so.2"}


def readelf(library, *options):
    return subprocess.run(["readelf", "-W", *options, library], check=True, capture_output=True, text=True).stdout


def dynamic_symbols(library):
    """(imports, exports) as sorted lines: "name@VERSION", with " weak" behind a weak import."""
    imports, exports = set(), set()
    for line in readelf(library, "--dyn-syms").splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].endswith(":") or not fields[0][:-1].isdigit():
            continue
        binding, section, name = fields[4], fields[6], fields[7]
        if section == "UND":
            imports.add(name + (" weak" if binding == "WEAK" else ""))
        elif binding in ("GLOBAL", "WEAK"):
            exports.add(name)
    return sorted(imports), sorted(exports)


def glibc_version(symbol):
    match = re.search(r"@GLIBC_(\d+)\.(\d+)", symbol)
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)


def too_new(imports):
    return [symbol for symbol in imports if glibc_version(symbol) > NEWEST_GLIBC and not symbol.endswith(" weak")]


def hard_versions(library):
    """Versions that the dynamic linker insists on, newer than allowed: those not flagged weak."""
    found = re.findall(r"Name: GLIBC_(\d+)\.(\d+)(?:\.\d+)?\s+Flags: (\S+)", readelf(library, "--version-info"))
    return [f"GLIBC_{a}.{b}" for a, b, flags in found if (int(a), int(b)) > NEWEST_GLIBC and flags != "WEAK"]


def needed(library):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf(library, "--dynamic")))


def tls_bytes(library):
    for line in readelf(library, "--segments").splitlines():
        fields = line.split()
        if fields and fields[0] == "TLS":
            return int(fields[5], 16)
    return 0


def approved(path):
    try:
        with open(path, encoding="utf-8") as file:
            return [line.rstrip("\n") for line in file]
    except FileNotFoundError:
        return []


def differences(kind, actual, expected):
    for symbol in sorted(set(actual) - set(expected)):
        yield f"{kind} not approved: {symbol}"
    for symbol in sorted(set(expected) - set(actual)):
        yield f"{kind} is gone: {symbol}"


def check(library, folder):
    imports, exports = dynamic_symbols(library)
    problems = list(differences("import", imports, approved(os.path.join(folder, "libprof.imports"))))
    problems += differences("export", exports, approved(os.path.join(folder, "libprof.exports")))
    problems += [f"import newer than glibc 2.28: {symbol}" for symbol in too_new(imports)]
    problems += [f"version needed that glibc 2.28 has not: {version}" for version in hard_versions(library)]
    problems += [f"needs {name}" for name in sorted(needed(library) - NEEDED)]
    if tls_bytes(library) > MOST_TLS_BYTES:
        problems.append(f"{tls_bytes(library)} bytes of thread-local storage; the most is {MOST_TLS_BYTES}")
    return problems


def approve(library, folder):
    for name, symbols in zip(("libprof.imports", "libprof.exports"), dynamic_symbols(library)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.writelines(symbol + "\n" for symbol in symbols)


if __name__ == "__main__":
    so_file, lists = sys.argv[1:3]
    if "--approve" in sys.argv:
        approve(so_file, lists)
    tree.finish(check(so_file, lists), f"the wall stands; {tls_bytes(so_file)} bytes of thread-local storage")
