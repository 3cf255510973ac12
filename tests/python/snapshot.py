# SPDX-License-Identifier: MIT
"""The sections of Python in a snapshot, as plain Python: a reader of its own, as tests/support/snapshot_file.py is."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import snapshot_file  # noqa: E402

NONE = 0xffffffff
TRACKED = 1
UNNAMED, ATTRIBUTE, KEY, NUMBER, INDEX, CELL, KEY_ITSELF, VARIABLE = range(8)
MODULE, FRAME, INTERPRETER = 1, 2, 3

Object = collections.namedtuple("Object", "address kind block flags text references")
Root = collections.namedtuple("Root", "kind name file line thread depth references")


class Python:
    """What a snapshot says of an interpreter: `objects` by address, `roots`."""

    def __init__(self, path):
        file = snapshot_file.Snapshot(path)
        facts = list(file.rows(36, "<IIIIQQ4Q"))
        self.is_there = bool(facts)
        self.state = self.flags = None
        self.objects, self.roots = {}, []
        if not facts:
            return
        self.state, self.flags, self.version, text, _, self.damaged = facts[0][:6]
        self.version_text = file.string(text)
        self.file = file
        self.types = [file.string(module) + "." + file.string(name) for name, module, _, _ in file.rows(37, "<IIII")]
        rows = list(file.rows(38, "<QIIIIII"))
        references = list(file.rows(39, "<II"))
        self.addresses = [row[0] for row in rows]
        begin = 0
        for address, kind, block, _, flags, end, text in rows:
            self.objects[address] = Object(address, self.types[kind], block, flags, file.string(text),
                                           [self.named(one) for one in references[begin:end]])
            begin = end
        for kind, name, of_file, line, thread, depth, first, last in file.rows(40, "<IIIIIIQQ"):
            self.roots.append(Root(kind, file.string(name), file.string(of_file), line, thread, depth,
                                   [self.named(one) for one in references[first:last]]))

    def named(self, reference):
        """(address, kind of name, name) of what is referred to."""
        to, name = reference
        kind, value = name & 15, name >> 4
        is_text = kind in (ATTRIBUTE, KEY, CELL, VARIABLE)
        return self.addresses[to], kind, self.file.string(value) if is_text else value

    def of_kind(self, kind):
        return [one for one in self.objects.values() if one.kind == kind]

    def counts(self):
        return collections.Counter(one.kind for one in self.objects.values() if one.flags & TRACKED)
