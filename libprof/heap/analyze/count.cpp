// SPDX-License-Identifier: MIT
//
// count(): one pass over the blocks into an array by type, then it follows types.
//
// Side: heap, floor 7 (analyze).
#include "analyze/count.h"

#include "analyze/choose.h"
#include "analyze/groups.h"

namespace heapkit::analyze {

Result<Table> count(const Heap& heap, std::span<const std::string> patterns) {
    std::vector<Total> of_type(heap.types().count());
    const read::Blocks& blocks = heap.blocks();
    for (size_t block = 0; block < blocks.count(); ++block)
        of_type[heap.types().of(BlockId(block)).index()] += counted(blocks, BlockId(block));

    Table table{.title = "Type", .key = "count"};
    table.columns = {{.name = "", .key = "name"},
                     {.name = "count", .key = "count", .unit = Unit::count},
                     {.name = "size", .key = "size", .unit = Unit::bytes},
                     {.name = "types", .key = "types", .unit = Unit::count, .is_for_json = true}};
    for (const std::string& pattern : patterns) {
        const auto matches = matching_types(heap, pattern);
        if (!matches) return matches.error();
        Total total;
        int64_t types = 0;
        for (size_t type = 0; type < of_type.size(); ++type) {
            if (!(*matches)[type]) continue;
            total += of_type[type];
            ++types;
        }
        table.rows.push_back({pattern, total.blocks, total.bytes, types});
    }
    return table;
}

}  // namespace heapkit::analyze
