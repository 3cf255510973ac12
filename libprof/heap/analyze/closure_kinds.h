// SPDX-License-Identifier: MIT
//
// Is a block a closure, and of which source line?
//
// Side:   heap, floor 7 (analyze).
// Cost:   one look at the type of each block; of those without one, at its first two words.
// Memory: one entry a type, and one a stack that makes coroutines.
//
// A lambda's type has its line. Of what std::bind made, and of a coroutine's frame, it is the line that allocated it.
// A coroutine's frame begins with the functions that resume and destroy it: GCC's are called "f(f()::_Z1fv.Frame*)
// [clone .actor]" and "[clone .destroy]", clang's "f() [clone .resume]". That needs symbols, and no debug information.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "heap.h"
#include "types/sites.h"

namespace heapkit::analyze {

class ClosureKinds {
   public:
    struct Kind {
        std::string name;  // "λ in handle_request(int) server.cpp:41"
        std::string type;  // the type's whole name
    };

    explicit ClosureKinds(const Heap& heap);

    // nullptr: it is no closure.
    const Kind* of(BlockId block);

   private:
    enum class Known : uint8_t { not_yet, other, closure, bind };
    Known know(types::TypeId type);
    const Kind* by_site(BlockId block, const char* what, const std::string& type);
    bool is_coroutine(BlockId block);
    bool are_of_a_coroutine(uint64_t resume, uint64_t destroy);

    const Heap& heap_;
    const types::Sites sites_;
    std::vector<Known> known_;  // by type
    std::unordered_map<uint32_t, Kind> of_type_;
    std::unordered_map<uint64_t, bool> is_resume_;               // by address
    std::map<std::pair<uint32_t, std::string>, Kind> of_stack_;  // by stack and type
};

}  // namespace heapkit::analyze
