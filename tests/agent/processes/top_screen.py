# SPDX-License-Identifier: MIT
"""heapkit top on a terminal: what stands on the page, and what each key changes. Each function here is one sentence of
the test list in CMakeLists.txt.

Side: tests. A terminal of 24 lines and 100 columns is emulated by pyte. How it is called: harness.py."""
import fcntl
import glob
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from harness import HEAPKIT, SKIPPED, TIMEOUT, Watched, program, run_sentence

try:
    import pyte
except ImportError:
    print("skipped: there is no python3-pyte")
    sys.exit(SKIPPED)

LINES, COLUMNS = 24, 100


class Terminal:
    """heapkit top in a terminal."""

    def __init__(self, pid, *options, kind="vt100"):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.fd, inner = pty.openpty()
        self.resize(LINES)
        self.before = termios.tcgetattr(self.fd)
        self.tool = subprocess.Popen([HEAPKIT, "top", str(pid), "--interval", "50ms", *options], stdin=inner, stdout=inner,
                                     stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, "TERM": kind})
        os.close(inner)

    def resize(self, lines):
        self.screen.resize(lines, COLUMNS)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, COLUMNS, 0, 0))

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def page(self):
        return [line.rstrip() for line in self.screen.display]

    def take_in(self):
        if not select.select([self.fd], [], [], 0.05)[0]:
            return
        try:
            got = os.read(self.fd, 1 << 16)
        except OSError:  # the other side is closed
            return
        self.raw += got
        self.stream.feed(got)

    def until(self, is_so):
        """The page, when that is so."""
        deadline = time.monotonic() + TIMEOUT
        while not is_so(self.page()):
            assert time.monotonic() < deadline, "\n".join(self.page())
            self.take_in()
        return self.page()

    def end(self):
        self.tool.wait(timeout=TIMEOUT)
        self.take_in()
        after = termios.tcgetattr(self.fd)
        os.close(self.fd)
        assert after == self.before, "the terminal is as it was"
        return self.tool.returncode, self.tool.stderr.read().decode()


def rows_of(page):
    return [line for line in page if "hold_" in line]


def has(text, at=None):
    """That a line of the page, or this one, has the text."""
    return lambda page: any(text in line for line in (page if at is None else [page[at]]))


def keys_sort_filter_and_pause():
    with Watched(program("dies"), "wait") as watched:
        terminal = Terminal(watched.pid)
        page = terminal.until(has("hold_small"))
        assert f"process_dies (pid {watched.pid})" in page[0] and page[-1].startswith("q quit"), page
        assert len(rows_of(page)) == 2 and has("sites, by live")(page), page
        for order in ("growth", "rate", "count", "live"):
            terminal.press("s")
            terminal.until(has(f"sites, by {order}"))
        terminal.press("/")
        terminal.until(has("Enter keeps it", at=-1))
        terminal.press("SMALX")
        terminal.until(has("No site's name contains 'SMALX'"))
        terminal.press("\x7fL\r")
        page = terminal.until(has("q quit", at=-1))
        assert has("1 to 1 of 1 sites")(page) and len(rows_of(page)) == 1 and "hold_small" in rows_of(page)[0], page
        terminal.press("\x1b")
        terminal.until(lambda page: len(rows_of(page)) == 2)
        terminal.press("p")
        terminal.until(has(", paused"))
        terminal.press("p?")
        terminal.until(lambda page: has("set the mark")(page) and not rows_of(page))
        terminal.press("?m")
        terminal.until(lambda page: rows_of(page) and "+0 B since the mark" in page[1])
        terminal.press("q")
        assert terminal.end() == (0, "")


def a_key_takes_a_snapshot():
    with Watched(program("dies"), "wait") as watched:
        terminal = Terminal(watched.pid)
        terminal.until(has("hold_small"))
        before = set(glob.glob("*.heap"))
        terminal.press("t")
        page = terminal.until(has("Snapshot written to", at=-1))
        assert len(set(glob.glob("*.heap")) - before) == 1, page
        terminal.press("q")
        assert terminal.end()[0] == 0


def a_page_is_as_large_as_its_terminal():
    with Watched(program("dies"), "wait") as watched:
        terminal = Terminal(watched.pid)
        terminal.until(has("hold_small"))
        terminal.resize(6)
        os.kill(terminal.tool.pid, signal.SIGWINCH)
        page = terminal.until(lambda page: has("1 to 1 of")(page) and "q quit" in page[-1])
        first = page[3]
        terminal.press("\x1bOB")  # arrow down
        page = terminal.until(has("2 to 2 of"))
        assert page[3] != first, page
        terminal.press("q")
        assert terminal.end()[0] == 0


def a_terminal_that_nobody_knows_gets_plain_lines():
    with Watched(program("dies"), "wait") as watched:
        terminal = Terminal(watched.pid, "--count", "2", kind="no-such-terminal")
        terminal.until(lambda page: len(rows_of(page)) == 4)
        assert re.findall(rb"\x1b\[[0-9;]*[^0-9;m]", terminal.raw) == [], terminal.raw  # colours, and no page
        assert terminal.end()[0] == 0


def a_signal_ends_the_page_and_leaves_the_terminal_as_it_was():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Watched(program("dies"), "wait") as watched:
            terminal = Terminal(watched.pid)
            terminal.until(has("hold_small"))
            os.kill(terminal.tool.pid, number)
            assert terminal.end()[0] == 0


if __name__ == "__main__":
    run_sentence(globals())
