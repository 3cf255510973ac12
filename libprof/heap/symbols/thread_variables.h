// SPDX-License-Identifier: MIT
//
// The variables of threads: those of the functions that were running when the snapshot was taken, where they lay on
// stacks and in registers, and thread-local ones.
//
// Side:    heap, floor 3 (symbols).
// Threads: built by one thread, const afterwards.
// Memory:  56 bytes a variable, 24 a frame.
//
//     frame_variables.cpp     unwind.h finds the frames; what their debug information says lies where
//     storage_variables.cpp   where each thread has each module's thread-local variables, and what they are called
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "symbols/texts.h"
#include "symbols/type_book.h"

namespace heapkit::symbols {

struct ThreadVariable {
    enum class Kind : uint8_t { local, parameter, storage };
    static constexpr uint8_t no_register = UINT8_MAX;

    Kind kind = Kind::local;
    uint8_t in_register = no_register;
    // It holds what it says: the line that is being run comes after its declaration's.
    bool is_set = true;
    uint32_t thread = 0;  // index in the snapshot
    StringId name;        // "session"; of thread-local ones qualified: "ns::current"
    StringId function;    // "serve(Request const&)"; of thread-local ones ""
    StringId file;        // "" where debug information does not say
    uint32_t line = 0;
    DebugTypeId type;      // 0: only the name is known
    uint64_t address = 0;  // in memory; 0 of one that is in a register
    uint64_t size_bytes = 0;
};

// A function that was running.
struct RunningFunction {
    uint64_t begin = 0, end = 0;  // of its part of the stack
    uint32_t thread = 0;
    StringId function;         // "" without any symbol
    bool is_recorder = false;  // one of its functions; `function` is the one that the program called, say malloc
};

class ThreadVariables {
   public:
    struct Input {
        const read::Snapshot& snapshot;
        const read::Blocks& blocks;
        const read::Words& words;
        const Frames& frames;
        const TypeBook& book;
        const Options& options;
    };
    // Never fails: where nothing is known, there are none.
    static ThreadVariables find(const Input& input);

    // Ascending by address, and none covers another; those in registers last.
    std::span<const ThreadVariable> all() const noexcept { return variables_; }
    const ThreadVariable* at(uint64_t address) const noexcept;  // that covers it
    const ThreadVariable* in_register(uint32_t thread, uint64_t number) const noexcept;
    const RunningFunction* running_at(uint64_t address) const noexcept;  // whose part of a stack holds it
    std::span<const RunningFunction> running() const noexcept { return running_; }
    std::string_view text(StringId id) const noexcept { return texts_.text(id); }

    // For those who fill it: what comes first keeps its place.
    Texts& texts() noexcept { return texts_; }
    void offer(const ThreadVariable& variable) { variables_.push_back(variable); }
    void add(const RunningFunction& function) { running_.push_back(function); }
    void finish();

   private:
    std::vector<ThreadVariable> variables_;
    size_t in_memory_ = 0;
    std::vector<RunningFunction> running_;
    Texts texts_;
};

void add_frame_variables(const ThreadVariables::Input& input, ThreadVariables& variables);
void add_storage_variables(const ThreadVariables::Input& input, ThreadVariables& variables);

}  // namespace heapkit::symbols
