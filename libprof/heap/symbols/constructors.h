// SPDX-License-Identifier: MIT
//
// Which constructor runs in the memory that a call to operator new returns, from the code alone: for modules without
// debug information.
//
// Side:    heap, floor 3 (symbols).
// Threads: const after construction.
// Memory:  4 bytes a node, and a row a call to operator new that was understood.
//
//     mov  $0x88,%edi                       the size: a constant, so it is one object
//     call operator new(unsigned long)
//     mov  %rax,%rbx                        the block
//     …
//     mov  %rbx,%rdi                        is the next call's `this`
//     call Token::Token(TokensFrontBack*)
//
// The class's own constructor may be inlined, and the one that is called that of its base or of its first member: then
// sizes differ from those where that class is made itself. A class that is made in more than one size says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "read/snapshot.h"
#include "symbols/frames.h"

namespace heapkit::symbols {

struct Constructed {
    std::string function;  // demangled: "Token::Token(TokensFrontBack*)"
    uint64_t size_bytes = 0;
};

class Constructors {
   public:
    Constructors(const read::Snapshot& snapshot, const Frames& frames);

    // Of a return address behind a call to operator new; nullptr where nothing is understood.
    const Constructed* at(NodeId node) const noexcept;

   private:
    void forget_classes_of_several_sizes();

    static constexpr uint32_t none = UINT32_MAX;
    std::vector<uint32_t> of_node_;
    std::vector<Constructed> found_;
};

}  // namespace heapkit::symbols
