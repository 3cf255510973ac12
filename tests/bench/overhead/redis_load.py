# SPDX-License-Identifier: MIT
"""redis-server under a load that is the same each time: so many commands over one connection, sent by the hundred.

Side: tests, bench. The server's own CPU time is measured; the client is this process. It is told to end without saving.
"""
import os
import shutil
import socket
import time

import workloads

TIMEOUT = 120
COMMANDS = 10_000  # for each step of the scale
BATCH = 100


def command(_folder, _build, _scale):
    return [shutil.which("redis-server"), "--port", "0", "--unixsocket", "redis.sock", "--save", "", "--daemonize", "no"]


def encoded(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in map(str.encode, words))


def one(number):
    key, kind = number % 5003, number % 8
    return [("SET", f"string:{key}", "v" * (16 + number % 200)), ("GET", f"string:{key}"),
            ("LPUSH", f"list:{key % 50}", f"element {number}"), ("RPOP", f"list:{key % 50}"),
            ("HSET", f"hash:{key % 500}", f"field {number % 97}", f"value {number}"),
            ("ZADD", f"sorted:{key % 20}", str(number % 1009), f"member {number % 2003}"),
            ("SADD", f"set:{key % 100}", f"member {number % 307}"), ("DEL", f"string:{key}")][kind]


def connect(path):
    until = time.monotonic() + TIMEOUT
    while True:
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(TIMEOUT)
        try:
            link.connect(path)
            return link
        except OSError:
            link.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.005)


def drive(folder, scale):
    """Each batch is answered whole before the next is sent: the last command of one is an ECHO of its number."""
    link = connect(os.path.join(folder, "redis.sock"))
    numbers = list(workloads.numbers(COMMANDS * scale))
    for start in range(0, len(numbers), BATCH):
        mark = f"end of batch {start}"
        link.sendall(b"".join(encoded(*one(number)) for number in numbers[start:start + BATCH]) + encoded("ECHO", mark))
        answer = b""
        while not answer.endswith(f"{mark}\r\n".encode()):
            answer = answer[-64:] + link.recv(1 << 16)
    link.sendall(encoded("SHUTDOWN", "NOSAVE"))
    link.recv(64)
    link.close()
