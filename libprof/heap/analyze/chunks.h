// SPDX-License-Identifier: MIT
//
// Objects that the program handed out of a block of its own (docs/api.md, pools and arenas): which block that is, and
// who holds it. No reference leads from an object to the chunk in which it lies, so nobody would learn it otherwise.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>
#include <vector>

#include "analyze/choose.h"
#include "heap.h"

namespace heapkit::analyze {

// "a chunk of 64.0 KiB at 0x5581e0c0a2b0, held by Pool::chunks_[3]"; "" for a block that lies in none. `references` may
// be nullptr: then nobody knows who holds it.
std::string chunk_around(const Heap& heap, const refs::References* references, BlockId block);

// The same of chosen objects in a sentence, of the first that lies in one; none when none does.
std::vector<std::string> chunk_notes(const Heap& heap, const Choice& choice);

}  // namespace heapkit::analyze
