// SPDX-License-Identifier: MIT
//
// Which variable a word of a root belongs to: a global, a static member, a static of a function, a thread-local, or one
// of a function that was running, wherever on the stack or in a register it lies.
//
// Side:    heap, floor 5 (refs).
// Threads: const once it is built.
// Memory:  4 bytes a block of thread-local storage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "read/snapshot.h"
#include "symbols/thread_variables.h"
#include "symbols/type_book.h"

namespace heapkit::refs {

// One of the two, or none.
struct VariableRef {
    const symbols::Variable* global = nullptr;
    const symbols::ThreadVariable* of_thread = nullptr;

    explicit operator bool() const noexcept { return global != nullptr || of_thread != nullptr; }
    friend bool operator==(const VariableRef&, const VariableRef&) = default;
};

struct Variable {
    VariableRef is;
    int64_t begin_bytes = 0;  // in the root; may lie before it
    symbols::DebugTypeId type;
};

class Variables {
   public:
    // All must outlive it; without `threads` those of stacks are not known.
    Variables(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
              const symbols::TypeBook& book, const symbols::ThreadVariables* threads);

    std::optional<Variable> at(const prof_root& root, uint64_t offset_bytes) const;

    // A name in two parts, between which the name of a field fits; namespaces are left out:
    //
    //     "EventBus::handlers_"  ""
    //     "registry"             " in Registry::instance()"        a static one, or a local
    //     "session"              " in serve(Request const&)"
    //     "current"              " of worker (tid 1001)"      a thread-local one
    struct Name {
        std::string own, scope;
    };
    Name name(const VariableRef& variable) const;
    // With namespaces, and all that tells it from others:
    // "session in serve(Request const&) server.cpp:212 (worker, tid 1001)".
    std::string full_name(const VariableRef& variable) const;
    // "static member", "global", "static", "thread-local", "local", "argument", "local in rbx".
    static std::string kind(const VariableRef& variable);
    // "worker (tid 1001)" of a local or an argument; "" of others.
    std::string thread(const VariableRef& variable) const;
    std::string_view file(const VariableRef& variable) const;  // "" where it is not known
    static uint32_t line(const VariableRef& variable) noexcept;
    static uint64_t address(const VariableRef& variable) noexcept;  // 0 in a register
    static bool is_on_stack(const VariableRef& variable) noexcept;
    // Equal for one variable of all threads and calls.
    static uint64_t key(const VariableRef& variable) noexcept;

    // What a word of a stack that belongs to no variable is called: "stack slot of serve(Request const&)", "in flight
    // in malloc" where the recorder holds it for a call that is not over; "" when no function is known there.
    std::string slot_name(const prof_root& root, uint64_t offset_bytes) const;
    bool is_recorders(const prof_root& root, uint64_t offset_bytes) const;

    // Whether a block holds thread-local variables, or a word of a mapping does: they are those of a root, too.
    bool is_storage(BlockId block) const;
    bool is_storage(const prof_root& root, uint64_t offset_bytes) const;

   private:
    std::string_view text(StringId id) const { return threads_->text(id); }
    const symbols::RunningFunction* running_at(const prof_root& root, uint64_t offset_bytes) const;

    const read::Snapshot& snapshot_;
    const symbols::TypeBook& book_;
    const symbols::ThreadVariables* threads_;
    std::vector<BlockId> storage_;                 // ascending
    std::vector<const prof_root*> storage_areas_;  // by address
};

}  // namespace heapkit::refs
