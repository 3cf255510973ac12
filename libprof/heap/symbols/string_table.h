// SPDX-License-Identifier: MIT
//
// Each text once, named by a StringId.
//
// Side:    heap, floor 3 (symbols).
// Threads: one writer; const afterwards.
// Memory:  the texts, and about 60 bytes each.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace heapkit::symbols {

class StringTable {
   public:
    StringTable() { intern(""); }

    StringId intern(std::string_view text) {
        if (const auto known = id_of_.find(text); known != id_of_.end()) return known->second;
        const StringId id(texts_.size());
        texts_.emplace_back(text);
        id_of_.emplace(texts_.back(), id);
        return id;
    }
    std::string_view text(StringId id) const noexcept { return texts_[id.index()]; }
    size_t count() const noexcept { return texts_.size(); }

   private:
    std::deque<std::string> texts_;  // a deque, so that the keys below stay where they are
    std::unordered_map<std::string_view, StringId> id_of_;
};

}  // namespace heapkit::symbols
