# SPDX-License-Identifier: MIT
"""What the figures were measured on: processor, cores, kernel, how busy it was, and the versions of what was measured.

Side: tests, bench. Standard library; dpkg where there is one.
"""
import os
import platform
import re
import shutil
import subprocess

PACKAGES = ("libc6", "g++-12", "heaptrack", "libheaptrack", "libxml2-utils", "jq", "python3", "sqlite3", "perl",
            "redis-server", "libjemalloc2", "nodejs", "git", "clang-14", "valgrind", "libboost-dev", "make")


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        found = re.search(r"^model name\s*:\s*(.+)", file.read(), re.M)
    return found.group(1) if found else platform.machine()


def kind_of_machine():
    if shutil.which("systemd-detect-virt") is None:
        return "unknown"
    return subprocess.run(["systemd-detect-virt"], capture_output=True, text=True, check=False).stdout.strip()


def memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def system():
    found = {}
    with open("/etc/os-release", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.strip().partition("=")
            found[name] = value.strip('"')
    return found.get("PRETTY_NAME", "unknown")


def versions():
    """{package: version} of those that are installed."""
    if shutil.which("dpkg-query") is None:
        return {}
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n", *PACKAGES],
                          capture_output=True, text=True, check=False).stdout
    rows = [line.split(" ") for line in said.splitlines()]
    return {package: version for package, version, status in rows if status == "installed"}


def load():
    """Processes that could run, of the last minute."""
    return os.getloadavg()[0]


def facts():
    return {"processor": processor(), "cores": len(os.sched_getaffinity(0)), "machine": kind_of_machine(),
            "memory_bytes": memory_bytes(), "kernel": re.match(r"[\d.]+", platform.release()).group(), "system": system(), "versions": versions()}
