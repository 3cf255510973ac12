// SPDX-License-Identifier: MIT
//
// Why does it grow? Causes of growth over several snapshots, each from what another analysis finds: what heapkit
// diagnose ranks and shows. Of one snapshot, what is wrong by itself, and what is suspicious.
//
// Side:   heap, floor 7 (analyze). One file a kind of cause: held_causes.cpp, suspects.cpp, lost_causes.cpp,
//         other_causes.cpp.
// Cost:   container_growth()'s, cycles()'s and two leak checks.
// Memory: 2 bits a block more than those.
//
// A new block counts for one cause alone: what an earlier one explains (a container, all that only it keeps alive) a
// later one does not find again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/closures.h"
#include "analyze/ownership.h"
#include "analyze/trends.h"
#include "heap.h"

namespace heapkit::analyze {

enum class Confidence : uint8_t { possible, likely, certain };
std::string_view to_text(Confidence confidence) noexcept;

struct Cause {
    std::string kind;   // for programs: "container", "closure", "cycle", "leak", "growth"
    std::string title;  // "A cache that never evicts"
    std::string name;   // "DocumentCache::docs_"
    Confidence confidence = Confidence::possible;
    int64_t bytes = 0;                        // gained from the first snapshot to the last; with one: what it holds
    Table facts = {};                         // what, and what it is
    std::optional<Net> picture = {};          // the chain that holds it, or the cycle
    std::vector<std::string> arguments = {};  // of the command to run next, behind the snapshots
    std::string command = {};                 // "containers"
    bool takes_all = false;                   // all snapshots, not the last alone
    bool is_suspect = false;                  // nothing that is wrong by itself: only a later snapshot can say
};

// What all kinds of causes ask.
class Case {
   public:
    // `heaps` oldest first, one at least. `ownership` of the last; nullptr: nobody knows who holds what.
    Case(std::span<const Heap* const> heaps, const Ownership* ownership);

    const std::span<const Heap* const> heaps;
    const Heap& last;
    const Ownership* const ownership;
    const bool is_one_run;  // of all snapshots, so that blocks can be told apart
    Course live;            // of the whole heap's bytes

    bool has_growth() const noexcept { return heaps.size() > 1; }
    // More than noise: a few KiB, and a share of what the heap gained.
    bool is_worth_it(int64_t bytes) const noexcept;

    bool is_new(size_t block) const noexcept { return is_new_[block]; }  // born since the first snapshot
    // New, and of no cause yet.
    bool is_open(size_t block) const noexcept { return is_new_[block] && !is_explained_[block]; }
    std::vector<uint32_t> open_blocks_below(std::span<const uint32_t> vertices) const;  // what would go with these
    void explain(std::span<const uint32_t> blocks);
    // Did some of them come in each quarter of the time between the first and the last snapshot? What was made once,
    // as a warm-up or a batch is, came in one. With one snapshot: of the time since recording began, if that is long.
    bool came_all_along(std::span<const uint32_t> blocks) const;
    // How sure one can be that it goes on: by the steps at which it grew, and when its blocks came.
    std::optional<Confidence> confidence_in(const Course& course, std::span<const uint32_t> blocks) const;

   private:
    std::vector<bool> is_new_, is_explained_;
};

// What the vertices of closures and containers have in common as causes: one of their facts, a picture of the chain.
Cause cause_of(const Heap& heap, const ClosureLine& line);
std::optional<Net> chain_to_address(const Heap& heap, uint64_t address);

int64_t bytes_of(const Heap& heap, std::span<const uint32_t> blocks);
void add_fact(Table& facts, const char* what, std::string is);
Table empty_facts();
// "EventBus::handlers_ (static member, event_bus.cpp:13) → [i].handler": of many that are held alike.
std::string chain_text(const Net& chain);
std::string grew_text(int64_t before, int64_t after, const char* what, const Course& course);

struct Causes {
    std::vector<Cause> causes;
    std::vector<std::string> not_causes;  // what grew and is none: "3 containers that grew once, …"
    std::vector<std::string> not_sure;
};

// In this order. Each adds to what it is given.
void add_held_causes(Case& facts, Causes& found);   // containers and closures that only grow
void add_suspects(Case& facts, Causes& found);      // of one snapshot: containers that hold much, and may only grow
void add_lost_causes(Case& facts, Causes& found);   // cycles and leaks
void add_other_causes(Case& facts, Causes& found);  // types that grow, and that no cause explains

}  // namespace heapkit::analyze
