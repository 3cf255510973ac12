// SPDX-License-Identifier: MIT
//
// Which objects are there of a type? objgraph's by_type(), to pick one.
//
// Side: heap, floor 7 (analyze).
#pragma once

#include <string>

#include <heapkit/shapes.h>
#include "analyze/filter.h"
#include "heap.h"

namespace heapkit::analyze {

struct ObjectsOptions {
    enum class Order { address, size, age };  // largest and oldest first
    std::string type = {};                    // pattern (choose.h)
    Filter filter = {};
    Order order = Order::address;
    bool is_reversed = false;
    std::string site = {};  // text that the allocation site has in it, in any case; "": all
    size_t offset = 0;      // rows to skip
    size_t limit = 25;      // 0: all
};

// One row an object: address, size, age at the snapshot, allocation site, and who holds it ("EventBus::handlers_[17]").
// Errors: those of choose(); a snapshot without words has no holders, and says so in that column. Only as much is
// sorted as is shown, so that any page of a million objects costs the same.
Result<Table> objects(const Heap& heap, const ObjectsOptions& options);

}  // namespace heapkit::analyze
