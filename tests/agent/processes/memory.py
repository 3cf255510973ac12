# SPDX-License-Identifier: MIT
"""Memory that a recorded process shares, made and read as heapkit run does (prof/shared.h). Side: tests."""
import fcntl
import os
import struct

SLOT = 32 << 30
COUNTERS, NODES = 8 << 30, 16 << 30
ADD_SEALS, SEAL, SHRINK, GROW = 1033, 1, 2, 4
RECORDING, ENDED, REPLACED, ASLEEP = 1, 2, 3, 4


class Memory:
    def __init__(self, magic=b"HKSHAR1\n", seals=SEAL | SHRINK | GROW, slots=1):
        self.fd = os.memfd_create("heapkit", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(self.fd, slots * SLOT)
        os.pwrite(self.fd, magic + struct.pack("<I", 1), 0)
        fcntl.fcntl(self.fd, ADD_SEALS, seals)

    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def head(self):
        names = "owner state parent threads run start modules nodes stacks cut"
        fields = struct.unpack_from("<4I2Q4I", os.pread(self.fd, 64, 0), 16)
        return dict(zip(names.split(), fields))

    def owners(self):
        """Of each slot."""
        slots = os.fstat(self.fd).st_size // SLOT
        return [struct.unpack("<I", os.pread(self.fd, 4, slot * SLOT + 16))[0] for slot in range(slots)]

    def without_slot(self):
        return struct.unpack("<I", os.pread(self.fd, 4, 68))[0]

    def used_bytes(self):
        return os.fstat(self.fd).st_blocks * 512

    def totals(self):
        """(live bytes, peak bytes, live blocks, peak blocks)"""
        return struct.unpack("<4Q", os.pread(self.fd, 32, 128))

    def live(self):
        """(bytes, blocks) of all stacks together."""
        bytes_of_all = blocks_of_all = 0
        column = os.pread(self.fd, 64 * self.head()["stacks"], COUNTERS)
        for at in range(0, len(column), 64):
            live_bytes, = struct.unpack_from("<q", column, at + 16)
            live_blocks, = struct.unpack_from("<i", column, at + 32)
            bytes_of_all += live_bytes
            blocks_of_all += live_blocks
        return bytes_of_all, blocks_of_all

    def overwrite(self, offset, content):
        os.pwrite(self.fd, content, offset)
