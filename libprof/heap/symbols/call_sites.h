// SPDX-License-Identifier: MIT
//
// What the debug information around a call says about what the call returns: who was inlined there, for which class,
// what was constructed in its memory, and which variable took it.
//
// Side:    heap, floor 3 (symbols).
// Threads: built by one thread, const afterwards.
// Memory:  columns: 40 bytes a distinct return address, 20 a function around it.
//
// A call tree node is a return address. The functions around it are innermost first, as Frames::at() has them:
//
//     #0 std::__new_allocator<Node>::allocate       inlined, of class std::__new_allocator<Node>
//     #1 std::allocator_traits<std::allocator<Node>>::allocate
//     #2 std::_Rb_tree<int, …>::_M_get_node
//     #3 Registry::add                              the function itself, returns void
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "symbols/type_book.h"

namespace heapkit::symbols {

struct CallScope {
    StringId function;      // of Frames' table: qualified, demangled
    DebugTypeId of_class;   // that it is a member of; 0: none
    DebugTypeId returns;    // typedefs seen through
    StringId returns_name;  // as the source has it: "sds", "robj*"; CallSites::text() has it
};

struct CallSite {
    uint32_t scopes_begin = 0, scopes_end = 0;
    // DW_AT_LLVM_alloc_type of the call: what `new` makes there. Exact.
    DebugTypeId allocated;
    // The class of the constructor that is inlined or called next in the same innermost scope as a call to operator
    // new, never that of a base class's constructor in it. The caller compares its size with the block's.
    DebugTypeId constructed;
    // The class that the variable which receives the call's result points at: the variable whose location begins at
    // the return address in rax, or whose slot the result is stored to.
    DebugTypeId assigned;
};

class CallSites {
   public:
    // Of all nodes of `snapshot`. Never fails: where nothing is known, a site says nothing.
    static CallSites read(const read::Snapshot& snapshot, const TypeBook& book, const Frames& frames,
                          const Options& options);

    CallSites(CallSites&&) noexcept;
    CallSites& operator=(CallSites&&) noexcept;
    ~CallSites();

    const CallSite& at(NodeId node) const noexcept;
    std::span<const CallScope> scopes(const CallSite& site) const noexcept;
    std::string_view text(StringId returns_name) const noexcept;

   private:
    struct State;
    explicit CallSites(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::symbols
