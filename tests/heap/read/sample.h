// SPDX-License-Identifier: MIT
//
// A small snapshot with something in every section.
//
// Side: tests.
#pragma once

#include "snapshot_writer.h"

namespace heapkit::tests {

inline SnapshotWriter sample() {
    SnapshotWriter writer;
    writer.map(0x400000, 0x800000, "/bin/program", 5);
    writer.thread({.tid = 1001, .slot = 2, .stack_start = 0x7000'0000, .stack_end = 0x7001'0000});
    writer.thread_storage(1, ModuleId(0), 0x7001'0000, 64);
    const StackId stack = writer.stack({0x401010, 0x402020, 0x403030});
    const StackId other = writer.stack({0x401999, 0x402020, 0x403030}, PROF_STACK_INCOMPLETE);
    writer.freed(other, 3, 300);
    const BlockId node = writer.block({.size_bytes = 64, .stack = stack, .birth = 1});
    const BlockId text = writer.block({.size_bytes = 100, .stack = other, .thread = 2, .slack_bytes = 4, .hash = 77});
    writer.word(node, 0, ModulePointer{0x600010});
    writer.word(node, 8, Pointer{text});
    writer.word(node, 16, Pointer{text, 40});
    writer.word(node, 24, EndPointer{text});
    writer.word(node, 32, SelfPointer{48});
    writer.word(node, 40, Integer{7});
    writer.word(text, 96, Pointer{node});
    const RootId globals = writer.root(PROF_ROOT_GLOBALS, 0, 0x700000, 0x1000);
    writer.word(globals, 0x10, Pointer{node});
    const RootId stack_root = writer.root(PROF_ROOT_STACK, 1, 0x7000'f000, 0x1000);
    writer.word(stack_root, 0x20, StackPointer{0x7000'f100});
    writer.root(PROF_ROOT_DECLARED, writer.string("the registry"), 0x1234, 8);
    writer.pages(0x6000'0000, "r-s?r");
    writer.pages(0x6001'0000, "-");
    writer.lost(PROF_LOSS_WORDS, 5);
    return writer;
}

}  // namespace heapkit::tests
