// SPDX-License-Identifier: MIT
//
// The domains of a heap: the parts of the program that were at work when it allocated, as it said (prof_scope_enter),
// one within another.
//
// Side:   heap, floor 7 (analyze).
// Memory: the domains' paths; they are few.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heap.h"

namespace heapkit::analyze {

class Domains {
   public:
    explicit Domains(const Heap& heap);

    // Whether the program has any. What is allocated outside of all is of domain 0.
    static bool are_in(const Heap& heap) noexcept { return heap.snapshot().domains().size() > 1; }

    size_t count() const noexcept { return paths_.size(); }
    size_t of(StackId stack) const noexcept { return heap_.snapshot().tag_of(stack).domain; }
    size_t of(BlockId block) const noexcept { return of(heap_.blocks().stack_of(block)); }
    // "server/request"; "-" of 0.
    const std::string& path(size_t domain) const noexcept { return paths_[domain]; }

    // Which domains a pattern means: those whose name or path it fits as fnmatch has it, and all within them. "-" and
    // "none" are what lies outside of all.
    std::vector<bool> matching(const std::string& pattern) const;

   private:
    const Heap& heap_;
    std::vector<std::string> paths_ = {"-"};
};

}  // namespace heapkit::analyze
