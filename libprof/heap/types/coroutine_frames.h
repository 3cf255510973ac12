// SPDX-License-Identifier: MIT
//
// The technique "resume function": a coroutine's frame begins with the functions that resume and destroy it, and these
// are of that very coroutine.
//
// Side:    heap, floor 4 (types). High: two words of code, of one coroutine.
// Threads: one thread.
// Memory:  one entry a function that some block begins with.
//
//     GCC     +0 f(f()::_Z1fv.Frame*) [clone .actor]   +8 … [clone .destroy]   class _Z1fv.Frame in f
//     clang   +0 f() [clone .resume]                   +8 … [clone .destroy]   class __coro_frame_ty in f
//
// The functions need a symbol; what lies in the frame needs the class, which debug information has. GCC has it always.
// Of clang's it is found where the function around it has a name, which clang 14 leaves out of methods.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "read/words.h"
#include "symbols/frames.h"
#include "types/type_table.h"

namespace heapkit::types {

class CoroutineFrames {
   public:
    // All must outlive it.
    CoroutineFrames(const read::Blocks& blocks, const read::Words& words, const symbols::Frames& frames,
                    const symbols::TypeBook& book, TypeTable& types)
        : blocks_(blocks), words_(words), frames_(frames), book_(book), types_(types) {}

    // Type 0: it is none. Without debug information a type without layout.
    TypeId of(BlockId block);

   private:
    struct Coroutine {
        TypeId plain, with_layout;  // 0: none
        uint64_t size_bytes = 0;    // of the layout
    };
    Coroutine coroutine_of(uint64_t resume, uint64_t destroy);
    symbols::DebugTypeId class_of(std::string_view frame_class, std::string_view function);

    const read::Blocks& blocks_;
    const read::Words& words_;
    const symbols::Frames& frames_;
    const symbols::TypeBook& book_;
    TypeTable& types_;
    std::unordered_map<uint64_t, Coroutine> of_resume_;              // by address
    std::unordered_map<std::string, symbols::DebugTypeId> classes_;  // by the name's last part, and whole
    bool has_classes_ = false;
};

// What resumes a coroutine, from its symbol. Nothing: it is no such function.
struct ResumeFunction {
    std::string function;     // "serve(int)"
    std::string frame_class;  // GCC: "_Z5servei.Frame"; "" for clang's
};
ResumeFunction resume_function(std::string_view symbol);
bool is_destroy_function(std::string_view symbol);

// Whether a class is a coroutine's frame, by its name.
bool is_coroutine_frame(std::string_view class_name);
// What a member of such a class is to who wrote the coroutine, by the path that leads there: "promise.owner" of
// "_Coro_promise.owner", "local" of "local_1_2", "awaited" of "Aw0_2_3"; others as they are.
std::string coroutine_member(std::string_view path);

}  // namespace heapkit::types
