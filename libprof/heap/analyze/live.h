// SPDX-License-Identifier: MIT
//
// What a process holds at this moment, by site, from the tables that it shares: what heapkit top shows.
//
// Side:    heap, floor 7 (analyze).
// Cost:    a look follows the stacks, not the blocks; names are looked up once a stack, when it first holds something.
// Threads: one thread a Live.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <heapkit/shapes.h>
#include "read/shared_tables.h"
#include "symbols/frames.h"

namespace heapkit::analyze {

enum class LiveOrder { live, growth, rate, count };
std::optional<LiveOrder> parse_live_order(std::string_view text) noexcept;
std::string_view to_text(LiveOrder order) noexcept;

// Which rows of it to show: of the sites whose names contain `filter`, in whatever case, those from `first` on.
struct LiveView {
    LiveOrder order = LiveOrder::live;
    std::string filter = {};
    size_t first = 0, limit = 0;  // 0: all
};

class Live {
   public:
    explicit Live(symbols::Options options) : options_(std::move(options)) {}

    // Takes in a look at the process, `at_ns` on any clock that does not go back. The first one is the mark. Errors: a
    // name could not be looked up for want of memory.
    Result<void> look(const read::SharedTables& tables, uint64_t at_ns);
    // Growth counts from here on.
    void mark();

    // Rates are of what was allocated between the last two looks.
    Table table(const LiveView& view) const;

    int64_t live_bytes() const noexcept { return total_.live_bytes; }
    int64_t live_blocks() const noexcept { return total_.live_blocks; }
    int64_t growth_bytes() const noexcept { return total_.live_bytes - total_.mark_bytes; }
    double allocated_bytes_a_second() const noexcept { return total_.rate; }

   private:
    struct Site {
        std::string name;
        Place place;
        int64_t live_bytes = 0, live_blocks = 0;
        int64_t mark_bytes = 0, mark_blocks = 0;
        uint64_t allocated_bytes = 0, allocated_before = 0;
        double rate = 0;  // bytes a second
    };
    Result<void> name_new(const read::SharedTables& tables);
    uint32_t site_of(std::string name, Place place);
    std::vector<const Site*> sorted(const LiveView& view) const;

    symbols::Options options_;
    std::vector<uint32_t> site_of_stack_;  // no_site: it has never held anything
    std::vector<Site> sites_;
    std::unordered_map<std::string, uint32_t> by_name_;
    Site total_;
    uint64_t at_ns_ = 0;
    bool has_looked_ = false;
};

}  // namespace heapkit::analyze
