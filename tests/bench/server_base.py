# SPDX-License-Identifier: MIT
"""What the servers of tests/bench/servers have in common, and what reads the answers of their load generators.

Side: tests, bench.
"""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/lib/postgresql/15/bin"


def run(command, **more):
    return subprocess.run(command, env={"PATH": PATH, "LC_ALL": "C"}, check=True, encoding="utf-8",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more).stdout


def number_after(pattern, text):
    found = re.search(pattern + r"\s*([\d.]+)", text)
    return float(found.group(1)) if found else 0.0


def percentile(counted, share):
    """Of {value: count}."""
    left = share * sum(counted.values())
    for value in sorted(counted):
        left -= counted[value]
        if left <= 0:
            return value
    return 0.0


class Server:
    user = None  # who runs it when we are root
    stop_signal = signal.SIGTERM

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def missing(self, _build):
        return next((program for program in self.programs if shutil.which(program, path=PATH) is None), None)

    def as_user(self):
        if self.user is None or os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups"]

    def own_folder(self, folder, name):
        path = os.path.join(folder, name)
        os.mkdir(path)
        if self.as_user():
            owner = pwd.getpwnam(self.user)
            os.chown(path, owner.pw_uid, owner.pw_gid)
        return path

    def environment(self, folder):
        return {"PATH": PATH, "LC_ALL": "C", "HOME": folder}

    def prepare(self, folder, build):
        pass

    def wait_until_ready(self, _folder, _output, deadline):
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not answer on port {self.port}")
