# SPDX-License-Identifier: MIT
"""heapkit view and what comes to it over a real socket: other pages, other users, ten thousand at once, signals.

strangers.py BIN_FOLDER"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from served import Served

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory(prefix="heapkit-view-")
        cls.folder = pathlib.Path(cls._folder.name)
        subprocess.run([PROGRAMS / "cli_fixtures", cls.folder], check=True)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def served(self, *words):
        return Served(PROGRAMS, self.folder, *words)

    def refused(self, *words):
        """What a heapkit that must not start says."""
        finished = subprocess.run([PROGRAMS / "heapkit", *words], cwd=self.folder, capture_output=True,
                                  encoding="utf-8", timeout=120, check=False)
        self.assertEqual(finished.returncode, 2, finished)
        return finished.stderr


class Strangers(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.view = Served(PROGRAMS, cls.folder, "3.heap", "1.heap", "2.heap")
        cls.view.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.view.__exit__()
        super().tearDownClass()

    def status(self, *words, **headers):
        return int(self.view.request(*words, **headers)[0].split()[1])

    def test_the_address_is_one_line_and_leads_to_the_page(self):
        self.assertRegex(self.view.line, r"^Serving 3\.heap at http://127\.0\.0\.1:\d+/[0-9a-f]{32}/  \(Ctrl-C ends it\)\n$")
        status, headers, body = self.view.request(f"/{self.view.token}/")
        self.assertIn(" 200 ", status)
        self.assertTrue(headers["content-type"].startswith("text/html"))
        self.assertIn(b'<script id="boot" type="application/json">{"mode": "served"', body)

    def test_only_this_machine_is_listened_to(self):
        listening = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
        port = f":{self.view.port:04X} "
        local = [line.split()[1] for line in listening.splitlines() if port in line and line.split()[3] == "0A"]
        self.assertEqual(local, [f"0100007F{port.strip()}"])

    def test_who_lacks_the_token_is_refused(self):
        token = self.view.token
        wrong = ("0" if token[0] != "0" else "1") + token[1:]
        for path in ("/", "/api/types", f"/{wrong}/", f"/{wrong}/api/types", f"/{token[:-1]}/", f"/{token}0/", "//",
                     f"//{token}/", f"/x/../{token}/", f"/%2e%2e/{token}/"):
            with self.subTest(path):
                status, _, body = self.view.request(path)
                self.assertIn(" 403 ", status)
                self.assertNotIn(token.encode(), body)

    def test_other_hosts_and_other_pages_are_refused(self):
        path = f"/{self.view.token}/api/types"
        for host in ("evil.example", f"evil.example:{self.view.port}", "127.0.0.1", f"127.0.0.1:{self.view.port + 1}"):
            self.assertEqual(self.status(path, host=host), 403, host)
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{self.view.port + 1}"):
            self.assertEqual(self.status(path, Origin=origin), 403, origin)
        self.assertEqual(self.status(path, Origin=f"http://127.0.0.1:{self.view.port}"), 200)
        self.assertEqual(self.status(path, host=f"localhost:{self.view.port}"), 200)

    def test_it_can_only_be_read(self):
        path = f"/{self.view.token}/api/types"
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            self.assertEqual(self.status(path, method), 405, method)
        status, headers, body = self.view.request(path, "HEAD")
        self.assertIn(" 200 ", status)
        self.assertEqual(body, b"")

    def test_each_answer_tells_the_browser_to_keep_it_to_itself(self):
        for path in (f"/{self.view.token}/", f"/{self.view.token}/api/types", "/"):
            _, headers, _ = self.view.request(path)
            self.assertIn("default-src 'none'", headers["content-security-policy"])
            self.assertIn("frame-ancestors 'none'", headers["content-security-policy"])
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["referrer-policy"], "no-referrer")
            self.assertEqual(headers["cache-control"], "no-store")
            self.assertNotIn("access-control-allow-origin", headers)

    def test_what_cannot_be_asked_is_a_sentence(self):
        for expected, name, parameters in (
                (404, "object", {"address": "0x8000000000000000"}), (400, "object", {"address": str(2**63)}),
                (400, "types", {"offset": "-1"}), (400, "types", {"limit": "1000000"}), (400, "types", {"page": "1"}),
                (400, "types", {"sort": "x"}), (404, "nothing", {}), (404, "objects", {"type": "x" * 6000}),
                (404, "../../etc/passwd", {}), (404, "dominators", {"node": "0." * 3000})):
            with self.subTest(name, **parameters):
                status, document = self.view.get(name, **parameters)
                self.assertEqual(status, expected, document)
                self.assertEqual(set(document["error"]), {"what", "where", "do"})
                self.assertNotEqual(document["error"]["what"], "")
        path = f"/{self.view.token}/api/types?offset=0&offset=1"
        self.assertEqual(self.status(path), 400)

    def test_bytes_that_are_no_request_end_nothing(self):
        for garbage in (b"", b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00" * 20,
                        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10_000 + b"\r\n",
                        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
            try:
                self.view.raw(garbage)
            except (ConnectionResetError, BrokenPipeError):
                pass
        self.assertEqual(self.view.get("session")[0], 200)

    def test_ten_thousand_requests_at_once_are_all_answered(self):
        names = ["types", "session", "flamegraph", "diff", "nothing", "types?offset=1", "leaks", "growth"]

        def ask(number):
            path = f"/{self.view.token}/api/{names[number % len(names)]}"
            return self.status(path)

        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            statuses = list(pool.map(ask, range(10_000)))
        self.assertEqual(set(statuses) - {200, 404, 503}, set())
        self.assertGreater(statuses.count(200), 5000)
        self.assertEqual(self.view.get("session")[0], 200)
        self.assertIsNone(self.view.process.poll())

    def test_connections_that_say_nothing_keep_nobody_out(self):
        silent = [socket.create_connection(("127.0.0.1", self.view.port)) for _ in range(100)]
        try:
            self.assertEqual(self.view.get("session")[0], 200)
        finally:
            for connection in silent:
                connection.close()


class Beginnings(Folder):
    def test_a_port_in_use_is_refused_and_a_free_one_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = self.refused("view", "1.heap", "--port", str(taken.getsockname()[1]))
            self.assertIn(f"port {taken.getsockname()[1]} cannot be taken: Address already in use", said)
        with self.served("1.heap") as first:
            self.assertIn("cannot be taken", self.refused("view", "1.heap", "--port", str(first.port)))
        with self.served("1.heap", "--port", str(first.port)) as second:
            self.assertEqual(second.port, first.port)
        for number in ("65536", "4294967296"):
            self.assertIn(f"there is no port {number}", self.refused("view", "1.heap", "--port", number))

    def test_snapshots_that_cannot_be_shown_are_refused(self):
        whole = (self.folder / "1.heap").read_bytes()
        (self.folder / "cut.heap").write_bytes(whole[:len(whole) // 2])
        self.assertIn("cut.heap is truncated", self.refused("view", "cut.heap"))
        self.assertIn("no such file", self.refused("view", "nothing.heap"))
        self.assertIn("1.heap is a snapshot of /usr/bin/docserver, other.heap is one of /usr/bin/other",
                      self.refused("view", "1.heap", "other.heap"))

    def test_names_that_are_markup_are_text(self):
        evil = self.folder / "<script>alert(0)<script>.heap"
        shutil.copy(self.folder / "evil.heap", evil)
        with self.served(evil.name) as view:
            for name in ("session", "info", "flamegraph", "types", "timeline"):
                document = view.ask(name)
                self.assertEqual(document["snapshots"][0]["file"], evil.name)
                self.assertEqual(document["snapshots"][0]["program"], "<script>alert(1)</script>\x1b[2J")
            _, headers, _ = view.request(f"/{view.token}/api/session")
            self.assertTrue(headers["content-type"].startswith("application/json"))
            _, _, page = view.request(f"/{view.token}/")
            self.assertNotIn(b"alert(", page.partition(b'<script id="boot"')[2].partition(b"</script>")[0])

    def test_the_browser_is_given_a_file_of_ours_alone_not_the_token(self):
        tools, seen = self.folder / "tools", self.folder / "seen"
        tools.mkdir()
        os.mkfifo(seen)
        (tools / "xdg-open").write_text(f'#!/bin/sh\n{{ stat -c %a "$1"; echo "$1"; cat "$1"; }} > "{seen}"\n')
        (tools / "xdg-open").chmod(0o755)
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        with self.served("1.heap", "--open") as view:
            mode, path, html = seen.read_text().split("\n", 2)
            self.assertEqual(mode, "600")
            self.assertNotIn(view.token, path)
            self.assertIn(view.address, html)
            self.assertTrue(os.path.exists(path))
        self.assertFalse(os.path.exists(path))


class Endings(Folder):
    def test_a_signal_ends_it_with_nothing_said_and_the_port_free(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                with self.served("2.heap", "1.heap") as view:
                    view.ask("session")
                    self.assertEqual(view.end(number), 0)
                    self.assertEqual(view.process.stderr.read(), "")
                    with self.assertRaises(ConnectionRefusedError):
                        view.request("/")

    def test_a_signal_at_once_ends_it_too(self):
        for _ in range(5):
            with self.served("1.heap") as view:
                self.assertEqual(view.end(), 0)

    def test_a_snapshot_that_is_cut_is_gone_whatever_is_being_worked_out(self):
        for number, name in enumerate(["session", "types", "flamegraph", "diagnose", "leaks", "waste"]):
            with self.subTest(name):
                file = f"cut-{number}.heap"
                shutil.copy(self.folder / "1.heap", self.folder / file)
                with self.served(file) as view:
                    view.ask(name)  # meanwhile it works ahead
                    os.truncate(self.folder / file, 100)
                    status, document = view.get("flamegraph", include="function=main")  # what nobody has asked yet
                    self.assertEqual(status, 410)
                    self.assertRegex(document["error"]["what"], r"was truncated while it was (shown|read)")
                    self.assertEqual(view.get(name)[0], 200)  # what is known is still shown
                    self.assertEqual(view.end(), 0)

    def test_a_snapshot_that_is_removed_is_still_shown(self):
        shutil.copy(self.folder / "1.heap", self.folder / "removed.heap")
        with self.served("removed.heap") as view:
            (self.folder / "removed.heap").unlink()
            self.assertEqual(view.get("flamegraph", include="function=main")[0], 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
