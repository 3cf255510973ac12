# SPDX-License-Identifier: MIT
"""Reads the plain parts of a snapshot straight from its bytes: the header, the section table, the process, losses.

Side: tests. A reader of its own on purpose: it lets tests of the agent do without the analysis library, and it is the
third witness of docs/FORMAT.md. Standard library only.
"""
import collections
import mmap
import re
import struct

Section = collections.namedtuple("Section", "id element_bytes offset count checksum encoding reserved")
HEADER = struct.Struct("<8sHHIIHHQIIQQ64sQ")
SECTION = struct.Struct("<IIQQQII")
PROCESS_FIELDS = (("Q", "run_id"), ("I", "pid"), ("I", "parent_pid"), ("I", "snapshot_number"), ("I", "reason"),
                  ("Q", "start_unix_ns"), ("Q", "snapshot_unix_ns"), ("Q", "elapsed_ns"), ("Q", "pause_ns"),
                  ("Q", "live_bytes"), ("Q", "live_blocks"), ("Q", "peak_bytes"), ("Q", "peak_blocks"),
                  ("Q", "peak_error_bytes"), ("Q", "allocated_bytes"), ("Q", "allocated_blocks"),
                  ("Q", "temporary_blocks"), ("Q", "own_bytes"), ("I", "program"), ("I", "executable"),
                  ("I", "agent_version"), ("I", "libc_version"), ("I", "contents"), ("I", "page_bytes"),
                  ("I", "thread_count"), ("I", "current_tick"))
PROCESS = struct.Struct("<" + "".join(code for code, _ in PROCESS_FIELDS))
Process = collections.namedtuple("Process", [name for _, name in PROCESS_FIELDS])


def names_of(header_text, enum):
    """{number: name without PROF_} of an enumeration in format.h."""
    body = re.search(r"enum " + enum + r" \{(.*?)\};", header_text, flags=re.S).group(1)
    return {int(number): name for name, number in re.findall(r"PROF_(\w+) = (\d+)", body)}


class Snapshot:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        (self.magic, self.major, self.minor, _, _, self.machine, _, self.file_bytes, count, entry_bytes, table, _, _,
         _) = HEADER.unpack_from(self.bytes, 0)
        if self.magic != b"\x89HEAP\r\n\x1a" or self.file_bytes != len(self.bytes):
            raise ValueError(f"{path} is not a whole snapshot")
        rows = [Section(*SECTION.unpack_from(self.bytes, table + i * entry_bytes)) for i in range(count)]
        self.sections = {row.id: row for row in rows}
        self.process = Process(*PROCESS.unpack_from(self.bytes, self.sections[1].offset))
        self.program = self.string(self.process.program)

    def string(self, at):
        strings = self.sections[2]
        start = strings.offset + at
        return bytes(self.bytes[start:self.bytes.find(b"\0", start)]).decode(errors="replace")

    def rows(self, section_id, layout):
        """Each element of a section as a tuple, by the layout that struct knows; () where there is no such section."""
        section = self.sections.get(section_id)
        if section is None:
            return ()
        layout = struct.Struct(layout)
        if layout.size != section.element_bytes or section.encoding != 0:
            raise ValueError(f"section {section_id} has {section.element_bytes} B an element, encoding {section.encoding}")
        return layout.iter_unpack(self.bytes[section.offset:section.offset + section.count * layout.size])

    def losses(self):
        """The counts of enum prof_loss, by number."""
        section = self.sections[20]
        return struct.unpack_from(f"<{section.count}Q", self.bytes, section.offset)
