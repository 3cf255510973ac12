// SPDX-License-Identifier: MIT
//
// Is a block lost? memcheck's four kinds, one for every block. docs/leaks.md says what each means.
//
// Side:    heap, floor 7 (analyze). Looks at no name: symbols are not needed.
// Threads: free functions over const data.
// Cost:    a few passes over blocks and edges. Ten million blocks with thirty million edges, on a busy 2-core VM: 4 s
//          when all is reachable (6 s when references go anywhere, so that each one misses the caches), 10 to 16 s
//          more in the worst case, when all is lost.
// Memory:  while it works 30 bytes a block and 4 an edge, 5 to 9 bytes a block of it afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyze/leak_roots.h"
#include "read/snapshot.h"
#include "refs/interior.h"

namespace heapkit::analyze {

enum class LeakKind : uint8_t {
    reachable,   // a chain of pointers to starts of blocks leads to it from a root
    possible,    // each chain from a root has a pointer into the inside of a block somewhere
    indirect,    // lost, and another lost block refers to it
    definite,    // lost, and a head: nothing refers to it but what it holds itself
    suppressed,  // lost, and a suppression matches its stack or that of a lost block that leads to it
};
constexpr size_t leak_kind_count = 5;

struct VerdictOptions {
    refs::Heuristics heuristics = {};
    // Which one matches each stack, graph::no_node where none does. Empty: there are none at all.
    std::vector<uint32_t> suppression_of_stack = {};
    bool finds_roots = false;  // of what is reachable or possibly lost
};

// Threads whose registers the snapshot does not have could hide the only pointer to a block in them: six callee-saved
// registers each. n heads need n holders. So of one stack's lost heads, those beyond that number are lost for certain.
struct RegisterDoubt {
    size_t threads = 0;
    size_t hidden_pointers = 0;    // 6 a thread
    size_t groups = 0, heads = 0;  // stacks with no more lost heads than that, and how many these are
    bool is_empty() const noexcept { return heads == 0; }
};

// Threads that ran while the process was copied may have moved any number of pointers from where the copy had yet to
// look to where it had. Such a snapshot is not one instant, and no head in it is lost for certain.
struct MotionDoubt {
    uint64_t threads = 0;
    size_t heads = 0;  // all that there are
};

struct Verdicts {
    std::vector<LeakKind> of;             // a block
    std::vector<uint32_t> head_of;        // a lost block: its head, itself when definite; graph::no_node otherwise
    std::vector<bool> is_in_cycle;        // a head: the start of it is pointed to, from what it holds
    std::vector<uint32_t> suppressed_by;  // a suppressed block: which; empty without suppressions
    RootsOfBlocks roots;                  // empty unless they were asked for
    MotionDoubt motion_doubt;
    RegisterDoubt register_doubt;  // of the heads that the other left
};

// Errors: the snapshot was taken without words, or is a sample, so that nobody can say what holds a block; it is
// damaged; it has too many blocks.
Result<Verdicts> verdicts_of(const read::Snapshot& snapshot, const VerdictOptions& options);

}  // namespace heapkit::analyze
