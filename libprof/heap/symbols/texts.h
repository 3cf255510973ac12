// SPDX-License-Identifier: MIT
//
// Many texts in one column, each named by a StringId; 0 is "".
//
// Side:    heap, floor 3 (symbols).
// Threads: one writer; const afterwards.
// Memory:  the texts, 4 bytes each, and while they are interned about 8 more. At most 4 GB of text: what comes behind
//          is "".
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "symbols/flat_map.h"

namespace heapkit::symbols {

class Texts {
   public:
    Texts() { add(""); }
    // As a file has them: texts end where `ends` says. Nothing when they do not, or when the first is not "".
    static std::optional<Texts> checked(std::string bytes, std::vector<uint32_t> ends) {
        if (ends.empty() || ends[0] != 0 || ends.back() != bytes.size() || !std::is_sorted(ends.begin(), ends.end()))
            return std::nullopt;
        Texts texts;
        texts.bytes_ = std::move(bytes);
        texts.ends_ = std::move(ends);
        return texts;
    }

    StringId add(std::string_view text) {
        if (bytes_.size() + text.size() > UINT32_MAX) return {};
        bytes_ += text;
        ends_.push_back(static_cast<uint32_t>(bytes_.size()));
        return StringId(ends_.size() - 1);
    }
    // The same id for the same text.
    StringId intern(std::string_view text) {
        if (text.empty()) return {};
        uint64_t key = hash_of(text);
        for (;;) {
            const auto [id, is_new] = id_of_.try_emplace(key);
            if (is_new) return StringId(*id = add(text).value);
            if (this->text(StringId(*id)) == text) return StringId(*id);
            ++key;  // another text with this hash
        }
    }
    std::string_view text(StringId id) const noexcept {
        const uint32_t begin = id.value == 0 ? 0 : ends_[id.index() - 1];
        return std::string_view(bytes_).substr(begin, ends_[id.index()] - begin);
    }
    size_t count() const noexcept { return ends_.size(); }
    const std::string& bytes() const noexcept { return bytes_; }
    const std::vector<uint32_t>& ends() const noexcept { return ends_; }

    static uint64_t hash_of(std::string_view text) noexcept { return std::hash<std::string_view>()(text); }

   private:
    std::string bytes_;
    std::vector<uint32_t> ends_;
    FlatMap id_of_;
};

}  // namespace heapkit::symbols
