// SPDX-License-Identifier: MIT
//
// Verdicts, step by step, as memcheck's two phases have it (Valgrind, memcheck/mc_leakcheck.c):
//
//     reach        from all roots, in two strengths: still reachable, possibly lost, and the rest
//     suppress     of the rest, what a suppression matches, and all that hangs on it (as LeakSanitizer does)
//     heads        of what is left now: definitely lost are the heads, indirectly lost what hangs on them
//     doubt        heads that running threads may have moved or unknown registers may hold, and all that hangs on
//                  them, are possibly lost
//
// Side: heap, floor 7 (analyze).
#include "analyze/verdicts.h"

#include "graph/cliques.h"
#include "graph/components.h"
#include "graph/reach.h"
#include "read/sample.h"
#include "refs/edges.h"

namespace heapkit::analyze {
namespace {

using graph::no_node;

constexpr size_t callee_saved_registers = 6;  // rbx, rbp, r12 to r15 (System V ABI for x86-64)

std::optional<Error> refusal(const read::Snapshot& snapshot) {
    if (!snapshot.has_blocks()) {
        return Error{snapshot.path().string() +
                         " is what was left of a process that died suddenly: counters of stacks, no blocks",
                     "Ask heapkit stats. For leaks, take snapshots while it lives: heapkit run --interval 60."};
    }
    if (snapshot.process().contents == PROF_CONTENTS_NONE) {
        return Error{snapshot.path().string() + " was taken without contents: nobody can say what holds a block",
                     "Take it again without --contents none."};
    }
    if (auto needs = read::needs_every_block(snapshot)) return needs;
    if (snapshot.lost(PROF_LOSS_OTHER_ALLOCATOR) != 0) {
        return Error{snapshot.path().string() +
                         " is of a program whose own allocator stands ahead of the recorder: what that "
                         "allocated is not in it",
                     "Link the allocator as a library, or preload it behind libprof.so."};
    }
    return std::nullopt;
}

size_t threads_with_unknown_registers(const read::Snapshot& snapshot) {
    size_t count = 0;
    for (const prof_thread& thread : snapshot.threads())
        count += (thread.flags & (PROF_THREAD_ALIVE | PROF_THREAD_REGISTERS_KNOWN)) == PROF_THREAD_ALIVE;
    return count;
}

class Judge {
   public:
    Judge(const read::Blocks& blocks, const graph::Graph& graph, std::span<const graph::Edge> roots)
        : blocks_(blocks), graph_(graph) {
        verdicts_.head_of.assign(blocks.count(), no_node);
        verdicts_.of.reserve(blocks.count());
        for (const graph::Reach reached : graph::reach(graph, roots)) verdicts_.of.push_back(kind_of(reached));
    }

    void suppress(std::span<const uint32_t> suppression_of_stack) {
        verdicts_.suppressed_by.assign(blocks_.count(), no_node);
        for (uint32_t block = 0; block < blocks_.count(); ++block) {
            const uint32_t suppression = suppression_of_stack[blocks_.stack[block]];
            if (suppression != no_node) spread(block, LeakKind::suppressed, suppression);
        }
    }

    void find_heads(const read::Words& words) {
        std::vector<uint8_t> is_lost(blocks_.count());
        for (size_t block = 0; block < is_lost.size(); ++block) is_lost[block] = is_unreached(block);
        const graph::Components components = graph::components(graph_, is_lost);
        verdicts_.head_of = graph::heads_of(graph_, components);
        for (uint32_t block = 0; block < blocks_.count(); ++block)
            if (verdicts_.head_of[block] == block) verdicts_.of[block] = LeakKind::definite;
        find_cycles(components, words);
    }

    void doubt_motion(uint64_t threads) {
        MotionDoubt& doubt = verdicts_.motion_doubt;
        doubt.threads = threads;
        for (uint32_t block = 0; block < blocks_.count(); ++block) {
            if (verdicts_.of[block] != LeakKind::definite) continue;
            ++doubt.heads;
            spread(block, LeakKind::possible, no_node);
        }
    }

    void doubt_registers(size_t threads, size_t stack_count) {
        RegisterDoubt& doubt = verdicts_.register_doubt;
        doubt.threads = threads;
        doubt.hidden_pointers = threads * callee_saved_registers;
        std::vector<uint32_t> heads_of_stack(stack_count);
        for (size_t block = 0; block < blocks_.count(); ++block)
            heads_of_stack[blocks_.stack[block]] += verdicts_.of[block] == LeakKind::definite;
        const auto is_doubtful = [&](uint32_t heads) { return heads > 0 && heads <= doubt.hidden_pointers; };
        for (const uint32_t heads : heads_of_stack) doubt.groups += is_doubtful(heads);
        for (uint32_t block = 0; block < blocks_.count(); ++block) {
            if (verdicts_.of[block] != LeakKind::definite || !is_doubtful(heads_of_stack[blocks_.stack[block]]))
                continue;
            ++doubt.heads;
            spread(block, LeakKind::possible, no_node);
        }
    }

    Verdicts take() && { return std::move(verdicts_); }

   private:
    // Heads that their own component refers to by their start. An interior pointer makes no cycle, not even one that
    // holds: each node of a lost std::map leads back into the map, and nobody would call that one.
    void find_cycles(const graph::Components& components, const read::Words& words) {
        verdicts_.is_in_cycle.resize(blocks_.count());
        for (uint32_t block = 0; block < blocks_.count(); ++block) {
            const uint32_t component = components.of[block];
            if (component == no_node || components.sizes[component] == 1) continue;
            for (const read::Word& word : words_of(words, BlockId(block)))
                if (word.kind == read::WordKind::block && components.of[word.block.index()] == component &&
                    verdicts_.head_of[word.block.index()] == word.block.value)
                    verdicts_.is_in_cycle[word.block.index()] = true;
        }
    }

    // Not reached is indirectly lost, unless it turns out to be a head.
    static LeakKind kind_of(graph::Reach reached) {
        if (reached == graph::Reach::strong) return LeakKind::reachable;
        return reached == graph::Reach::weak ? LeakKind::possible : LeakKind::indirect;
    }
    bool is_unreached(size_t block) const { return verdicts_.of[block] == LeakKind::indirect; }

    // `block` and all that hangs on it become `kind`, but for what is better off already.
    void spread(uint32_t block, LeakKind kind, uint32_t suppression) {
        take_over(block, kind, suppression);
        while (!work_.empty()) {
            const uint32_t from = work_.back();
            work_.pop_back();
            for (const graph::Edge edge : graph_.out(from)) take_over(edge.to(), kind, suppression);
        }
    }
    void take_over(uint32_t block, LeakKind kind, uint32_t suppression) {
        const LeakKind before = verdicts_.of[block];
        if (before == kind || before == LeakKind::reachable || before == LeakKind::suppressed) return;
        verdicts_.of[block] = kind;
        verdicts_.head_of[block] = no_node;
        if (kind == LeakKind::suppressed) verdicts_.suppressed_by[block] = suppression;
        work_.push_back(block);
    }

    const read::Blocks& blocks_;
    const graph::Graph& graph_;
    Verdicts verdicts_;
    std::vector<uint32_t> work_;
};

}  // namespace

Result<Verdicts> verdicts_of(const read::Snapshot& snapshot, const VerdictOptions& options) {
    if (auto refused = refusal(snapshot)) return *refused;
    const auto blocks = snapshot.blocks();
    if (!blocks) return blocks.error();
    const auto words = snapshot.words();
    if (!words) return words.error();
    const auto python = python::Objects::of(snapshot, *blocks, *words);
    const refs::InteriorPointers interior(snapshot, *blocks, *words, python, options.heuristics);
    const auto graph = refs::edges_between(*blocks, *words, interior);
    if (!graph) return graph.error();

    const std::vector<graph::Edge> roots = refs::edges_from_roots(snapshot, *blocks, *words, interior);
    Judge judge(*blocks, *graph, roots);
    if (!options.suppression_of_stack.empty()) judge.suppress(options.suppression_of_stack);
    judge.find_heads(*words);
    if (const uint64_t threads = snapshot.lost(PROF_LOSS_THREADS_RAN); threads > 0) judge.doubt_motion(threads);
    if (const size_t threads = threads_with_unknown_registers(snapshot); threads > 0)
        judge.doubt_registers(threads, snapshot.stacks().size());
    Verdicts verdicts = std::move(judge).take();
    if (options.finds_roots) {
        verdicts.roots =
            roots_of_blocks(words->roots, *graph, roots, refs::words_of_roots(snapshot, *blocks, *words, interior));
    }
    return verdicts;
}

}  // namespace heapkit::analyze
