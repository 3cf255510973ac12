#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A peer that sends PING frames for some seconds and never reads an answer; when it is thrown out, it comes again.

The first 700,000 go as fast as the socket takes them: their answers fill what the kernel holds for both ends."""
import socket
import sys
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"     # ... and an empty SETTINGS frame
PING = b"\0\0\x08\6\0\0\0\0\0" + b"heapkit!"


def flood(port: int, seconds: float) -> int:
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(PREFACE)
                of_this = 0
                while time.monotonic() < end:
                    peer.sendall(PING * 1000)
                    of_this += 1000
                    time.sleep(0 if of_this < 700_000 else 0.05)
        except OSError:
            time.sleep(0.1)
        sent += of_this
    return sent


print(flood(int(sys.argv[1]), float(sys.argv[2])), "PING frames sent")
