# SPDX-License-Identifier: MIT
"""The program whose objects tests/python/objects.py looks for. Usage: subject.py SNAPSHOT TRUTH.json

It imports nothing of heapkit; that it asks the agent for a snapshot itself, through ctypes, makes the moment exact. What it
knows of its own objects goes into the second file.
"""
import collections
import ctypes
import functools
import gc
import json
import sys
import threading


class UserRecord:
    def __init__(self, number):
        self.name = "name %d" % number
        self.email = "%d@example.org" % number
        self.orders = [number, [number]]


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


class EventBus:
    _handlers = []

    def subscribe(self, handler):
        self._handlers.append(handler)


BUS = EventBus()
CACHE = {}
QUEUE = collections.deque()


def handle(number):
    user = UserRecord(number)

    def on_done(result):
        return user, result

    BUS.subscribe(on_done)
    CACHE[number] = user
    return user


@functools.lru_cache(maxsize=None)
def looked_up(number):
    return UserRecord(number)


for request in range(100):
    handle(request)
CACHE["by_name"] = handle(100)
CACHE["not an identifier"] = handle(101)
QUEUE.extend([UserRecord(200), Slotted(BUS, CACHE)])
TREE = Slotted(Slotted(1.5, None), {"inner": (UserRecord(300), UserRecord(301))})
METHOD = BUS.subscribe
GROUP = {UserRecord(400)}
looked_up(500)

waiting, done = threading.Event(), threading.Event()


def wait_elsewhere(kept_by_thread):
    waiting.set()
    done.wait()


def full_name(kind):
    return kind.__module__ + "." + kind.__qualname__


def known(objects):
    """Those whose references do not change any more."""
    kinds = (UserRecord, Slotted, EventBus, collections.deque, set)
    return [one for one in objects if isinstance(one, kinds)] + [CACHE, EventBus._handlers, METHOD] + EventBus._handlers


def main(snapshot, truth):
    local_value = [UserRecord(600)]
    take = ctypes.PyDLL(None).prof_agent_take_snapshot
    path = snapshot.encode()
    gc.collect()
    gc.disable()
    objects = gc.get_objects()
    references = {id(one): [id(other) for other in gc.get_referents(one)] for one in known(objects)}
    kinds = {id(one): full_name(type(one)) for one in known(objects)}
    counts = {}
    del objects
    objects = gc.get_objects()
    for one in objects:
        counts[full_name(type(one))] = counts.get(full_name(type(one)), 0) + 1
    del objects, one
    error = take(path)  # at this line
    done.set()
    with open(truth, "w") as file:
        json.dump({"error": error, "counts": counts, "references": references, "kinds": kinds,
                   "local_value": id(local_value)}, file)


thread = threading.Thread(target=wait_elsewhere, args=(UserRecord(700),))
thread.start()
waiting.wait()
main(sys.argv[1], sys.argv[2])
thread.join()
