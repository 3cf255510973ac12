// SPDX-License-Identifier: MIT
//
// Which objects a question is about: those at addresses, those of a type.
//
// Side:   heap, floor 7 (analyze).
// Memory: 4 bytes a chosen block.
//
// A type's pattern is matched as fnmatch does with the name, without "::" also with its last part: "UserRecord" is
// docserver::UserRecord, "docserver::*" all of a namespace. An address may lie inside a block.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

struct Choice {
    std::vector<std::string> addresses = {};  // "0x5581e0c0a2b0", with or without 0x
    std::string type = {};                    // "": none
    enum class One { all, newest, oldest, largest };
    One one = One::all;  // of a type
};

struct Chosen {
    std::vector<BlockId> blocks;  // as the addresses were given; of a type ascending
    std::string text;             // "1,009 objects of type UserRecord", "0x5581e0c0a2b0"
    std::string name;             // what one of them is called: "UserRecord"
};

// Errors: nothing was chosen, or both ways at once; what is no address; an address that is no block (says what is
// there: a module, a stack, or which blocks it lies between); a pattern that matches no type, or none that has a block
// (says the nearest names).
Result<Chosen> choose(const Heap& heap, const Choice& choice);

// A block and the byte of it that an address means.
struct Interior {
    BlockId block;
    uint64_t offset_bytes = 0;
};
Result<Interior> block_at(const Heap& heap, std::string_view address);

// One bit a type: those that match. Errors: none does.
Result<std::vector<bool>> matching_types(const Heap& heap, const std::string& pattern);

}  // namespace heapkit::analyze
