# SPDX-License-Identifier: MIT
"""heapkit view, started for a test and ended with it, and what a browser or a stranger would send to it."""
import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request


class Served:
    """A running heapkit view; a context manager."""

    def __init__(self, programs, folder, *words, cache="cache"):
        self.command = [programs / "heapkit", "view", *words]
        self.folder, self.cache = folder, folder / cache

    def __enter__(self):
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(self.cache)}
        self.process = subprocess.Popen(self.command, cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, encoding="utf-8")
        self.line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/([0-9a-f]{32})/", self.line)
        if found is None:
            self.process.kill()
            raise AssertionError(f"no address: {self.line!r} {self.process.communicate()}")
        self.address, self.port, self.token = found.group(), int(found.group(1)), found.group(2)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def end(self, number=signal.SIGINT):
        """The exit status after a signal."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def get(self, name, **parameters):
        """(status, document) of an answer."""
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        try:
            with urllib.request.urlopen(f"{self.address}api/{name}{query}", timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def ask(self, name, **parameters):
        """The document of an answer that must be there."""
        status, document = self.get(name, **parameters)
        if status != 200:
            raise AssertionError(f"{name} {parameters}: {status} {document}")
        return document

    def raw(self, request, timeout=60):
        """(status line, headers by name in lower case, body) of bytes that are sent as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(request)
            received = b""
            while part := connection.recv(65536):
                received += part
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        return lines[0], headers, body

    def request(self, path, method="GET", host=None, **headers):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())
