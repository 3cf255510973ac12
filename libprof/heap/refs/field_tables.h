// SPDX-License-Identifier: MIT
//
// The fields of classes as references need them: which bytes, what they are called, and whether they own.
//
// Side:    heap, floor 5 (refs).
// Threads: one thread: a class is worked out when it is first asked for.
// Memory:  40 bytes a field of the classes that were asked for, and its label once.
//
// What owns: pointers, smart pointers, containers. What looks at: std::weak_ptr, references, iterators, views, and back
// pointers (back_pointers.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/type_book.h"
#include "types/layout.h"

namespace heapkit::refs {

using LabelId = Id<struct LabelTag>;  // 0: ""

struct FieldRow {
    uint64_t begin_bytes = 0, end_bytes = 0;  // in the class
    LabelId label;                            // "docs_", "limits.owner", "captured user"
    symbols::DebugTypeId type;                // see types::Field
    uint32_t elements = 0;
    uint32_t guard = 0;
    types::Field::Kind kind = types::Field::Kind::pointer;
    bool owns = true;
    bool is_smart = false;
};

class FieldTables {
   public:
    struct Range {
        uint32_t begin = 0, end = 0;
    };

    // Both must outlive it.
    FieldTables(const symbols::TypeBook& book, const types::Layouts& layouts);

    Range rows_of(symbols::DebugTypeId type) const;
    // The field that covers a byte and that `accepts`, called with each FieldRow that does: members of unions, values
    // of variants lie in the same bytes. nullptr when there is none. Until the next rows_of().
    template <typename Accepts>
    const FieldRow* find(Range range, uint64_t offset_bytes, Accepts accepts) const {
        uint32_t row = first_behind(range, offset_bytes);
        for (int back = 0; back < most_overlapping && row > range.begin; ++back) {
            --row;
            if (offset_bytes < rows_[row].end_bytes && accepts(rows_[row])) return &rows_[row];
        }
        return nullptr;
    }
    const std::string& text(LabelId label) const noexcept { return labels_[label.index()]; }

   private:
    static constexpr int most_overlapping = 16;
    uint32_t first_behind(Range range, uint64_t offset_bytes) const noexcept;  // whose first byte lies behind
    FieldRow row_of(symbols::DebugTypeId owner, const types::Field& field) const;
    LabelId label(std::string text) const;

    const symbols::TypeBook& book_;
    const types::Layouts& layouts_;
    mutable std::unordered_map<symbols::DebugTypeId, Range> known_;
    mutable std::vector<FieldRow> rows_;
    mutable std::vector<std::string> labels_ = {""};
    mutable std::unordered_map<std::string, LabelId> label_of_ = {{"", LabelId(0)}};
};

}  // namespace heapkit::refs
