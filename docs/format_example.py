#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the worked example of docs/FORMAT.md: compiles a program with two linked blocks, records it, and shows the
bytes of its snapshot.

Usage: docs/format_example.py [LIBPROF]   (default: build/release/lib/libprof.so)

Addresses, times and ids differ from run to run; the text does not depend on them.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../tests/support"))

import snapshot_file  # noqa: E402

PROGRAM = """\
#include <stdlib.h>
struct node { struct node* next; long number; };
static struct node* head;
static struct node* push(struct node* next, long number) {
    struct node* one = malloc(sizeof *one);
    one->next = next;
    one->number = number;
    return one;
}
int main(void) {
    head = push(push(NULL, 7), 9);
    return 0;
}
"""
BEGIN, END = "<!-- example: written by docs/format_example.py, do not edit -->", "<!-- example ends -->"
COLUMNS = (("BLOCK_ADDRESS", 10, "<Q"), ("BLOCK_SIZE", 11, "<Q"), ("BLOCK_STACK", 12, "<I"), ("BLOCK_BIRTH", 13, "<I"),
           ("BLOCK_SLACK", 14, "<I"), ("BLOCK_WORDS_END", 15, "<I"), ("WORD_SLOT", 16, "<I"), ("WORD_VALUE", 17, "<I"))


def record(libprof, folder):
    source, program = os.path.join(folder, "list.c"), os.path.join(folder, "list")
    with open(source, "w", encoding="utf-8") as file:
        file.write(PROGRAM)
    subprocess.run(["gcc", "-g", source, "-o", program], check=True)
    subprocess.run([program], check=True, env={"LD_PRELOAD": os.path.abspath(libprof), "PROF": f"out={folder}"})
    return next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".heap"))


def hexdump(data, offset, count):
    for at in range(offset, offset + count, 16):
        row = data[at:min(at + 16, offset + count)]
        halves = " ".join(f"{byte:02x}" for byte in row[:8]), " ".join(f"{byte:02x}" for byte in row[8:])
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{at:08x}  {halves[0]:<23}  {halves[1]:<23}  |{text}|"


def column(snapshot, number, code):
    section = snapshot.sections[number]
    return [value for value, in struct.iter_unpack(code, snapshot.bytes[section.offset:section.offset +
                                                                         section.count * section.element_bytes])]


def example(path, names, kinds):
    snapshot = snapshot_file.Snapshot(path)
    table = struct.unpack_from("<Q", snapshot.bytes, 40)[0]
    yield "A C program pushes two nodes on a list and ends. It is compiled with `gcc -g` and run with `libprof.so` preloaded."
    yield "\n```c\n" + PROGRAM + "```\n"
    yield f"Its snapshot has {len(snapshot.bytes)} bytes. The header:\n\n```"
    yield from hexdump(snapshot.bytes, 0, 128)
    yield (f"```\n\nMagic, version {snapshot.major}.{snapshot.minor}, 128 header bytes (`80`), byte order, machine 62 "
           f"(`3e`), 8-byte words; then the file's length {len(snapshot.bytes)}, {len(snapshot.sections)} sections of 40 "
           f"bytes (`28`), and their table at {table} (`{table:x}`). The first entry of the table:\n\n```")
    yield from hexdump(snapshot.bytes, table, 40)
    first = snapshot_file.Section(*snapshot_file.SECTION.unpack_from(snapshot.bytes, table))
    yield (f"```\n\nSection {first.id} ({names[first.id]}) has {first.count} element(s) of {first.element_bytes} bytes at "
           f"{first.offset}. All of them:\n\n| id | section | offset | elements | bytes each |\n|---|---|---|---|---|")
    for row in sorted(snapshot.sections.values()):
        yield f"| {row.id} | {names.get(row.id, '?')} | {row.offset} | {row.count} | {row.element_bytes} |"
    yield "\nThe first rows of the columns of blocks and words:\n\n| column | rows |\n|---|---|"
    for name, number, code in COLUMNS:
        values = column(snapshot, number, code)
        shown = " ".join(f"`{value:#x}`" if code == "<Q" else f"`{value}`" for value in values[:8])
        yield f"| {name} | {shown}{' …' if len(values) > 8 else ''} |"
    yield ""
    yield from reading(snapshot, kinds)


def reading(snapshot, kinds):
    """The words of the last two blocks of 16 bytes, said in sentences."""
    addresses, sizes = column(snapshot, 10, "<Q"), column(snapshot, 11, "<Q")
    ends, slots, values = (column(snapshot, n, "<I") for n in (15, 16, 17))
    nodes = [i for i, size in enumerate(sizes) if size & (2**48 - 1) == 16]
    yield "So, word by word:\n"
    for block in nodes[-2:]:
        begin = ends[block - 1] if block else 0
        yield f"- Block {block} at `{addresses[block]:#x}`: 16 bytes asked for, by the thread of slot {sizes[block] >> 48}."
        for word in range(begin, ends[block]):
            kind = kinds[slots[word] & 15].lower()
            yield f"  Its word {slots[word] >> 4} (slot `{slots[word]:#x}`) is of kind *{kind}*, value {values[word]}."
    yield ("\nA pointer of kind *block* names the row of the block that it points to: the field `next`. The null pointer at "
           "the list's\nend was zero, so it is not here. The *integer* words are the field `number`. The other words belong to ROOTS.")


def main():
    libprof = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../build/release/lib/libprof.so")
    with open(os.path.join(HERE, "../libprof/include/prof/format.h"), encoding="utf-8") as file:
        header = file.read()
    names = snapshot_file.names_of(header, "prof_section_id")
    kinds = {number: name.removeprefix("WORD_") for number, name in snapshot_file.names_of(header, "prof_word_kind").items()}
    with tempfile.TemporaryDirectory() as folder:
        text = "\n".join(example(record(libprof, folder), {n: name.removeprefix("SECTION_") for n, name in names.items()},
                                 kinds))
    document = os.path.join(HERE, "FORMAT.md")
    with open(document, encoding="utf-8") as file:
        old = file.read()
    with open(document, "w", encoding="utf-8") as file:
        file.write(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: f"{BEGIN}\n\n{text}\n\n{END}", old,
                          flags=re.S))


if __name__ == "__main__":
    main()
