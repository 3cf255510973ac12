// SPDX-License-Identifier: MIT
//
// The type of every block, and the evidence for it.
//
// Side:    heap, floor 4 (types). One file a technique; this is what they agree on.
// Threads: one thread: votes() asks techniques that remember what they looked at.
// Memory:  one TypeId and one Evidence a block, one TypeId more for what propagation said, and the containers.
//
// Techniques vote. What a block's first word, its stack or its size says is asked once for each distinct vtable and
// stack; what other objects' fields say (propagation) is kept for each block. The surest vote wins; votes() tells all,
// those that lost too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "python/objects.h"
#include "read/snapshot.h"
#include "symbols/call_sites.h"
#include "symbols/frames.h"
#include "symbols/thread_variables.h"
#include "symbols/type_book.h"
#include "types/containers.h"
#include "types/layout.h"
#include "types/vtable.h"

namespace heapkit::types {

using TypeId = Id<struct TypeTag>;

// In the order of trust, least first: a greater one wins.
enum class Evidence : uint8_t {
    none,                // no stack, no type
    allocation_site,     // "in Foo::bar() file.cpp:42": a place, not a type
    guess,               // C: return type of the nearest function that does not return void*
    seeded_field,        // a field of an object that itself is typed by less than high evidence
    symbol_name,         // a container's function called operator new, says the symbol table; an element's may have
    result_variable,     // C: the variable that takes malloc's result points at a type of the block's size
    stack_variable,      // a variable of a function that was running leads here, along fields and containers
    thread_local_,       // a thread-local variable does
    field,               // a typed field or container leads here, from a global or from an object of high evidence
    allocator_argument,  // std::allocator<T>::allocate, a string's buffer, a closure's manager, a strict new T
    resume_function,     // first words are the functions that resume and destroy a coroutine
    vtable,              // first word is a vtable with RTTI: certain
    compiler,            // DW_AT_LLVM_alloc_type: certain
    declared,            // the program said so (declared_votes.h): certain
    python,              // an object of CPython, or a part of one, says the interpreter: certain
};
constexpr size_t evidence_count = static_cast<size_t>(Evidence::python) + 1;
enum class Trust : uint8_t { none, low, medium, high, certain };
Trust trust_in(Evidence evidence) noexcept;
std::string_view to_text(Evidence evidence) noexcept;  // "allocation site", "vtable", …
std::string_view to_text(Trust trust) noexcept;        // "low", "certain", …

struct Type {
    enum class Form : uint8_t {
        unknown,  // type 0
        place,    // "in Foo::bar() file.cpp:42"
        label,    // a guess that is a name alone: "sds"
        object,   // one T, or several side by side where the block is a multiple of its size
        storage,  // of a container: "vector<Document> buffer", "map<int, Document> node"; layout: what it is made of
        text,     // characters
    };
    std::string name;       // short: "http::Session", "λ in handle_request(int) server.cpp:41"
    std::string full_name;  // without abbreviations, for tooltips and --json
    Form form = Form::unknown;
    bool is_closure = false;
    bool is_head = false;              // one T, and more behind it that no type describes
    symbols::DebugTypeId layout = {};  // 0: only the name is known
    uint32_t first_offset_bytes = 0;   // of the first T in the block: behind an array's count
};

struct Vote {
    Evidence evidence = Evidence::none;
    TypeId type;
};

// A declaration of the program's that was not believed.
struct DeclaredDoubt {
    std::string name;
    uint64_t declared_bytes = 0;
    uint64_t known_bytes = 0;  // that it has by debug information, or by another declaration; 0: not the reason
    uint64_t blocks = 0;       // declared as it, and no multiple of it; or all of them
};

// What propagation met that did not agree.
struct PropagationCounts {
    uint64_t conflicts = 0;            // a field says another type than one that came first
    uint64_t misfits = 0;              // a pointer to T leads to a block that no T fills
    uint64_t rejected_containers = 0;  // not consistent, or their storage is somebody else's
};

class Types {
   public:
    struct Input {
        const read::Snapshot& snapshot;
        const read::Blocks& blocks;
        const read::Words& words;
        const symbols::Frames& frames;
        const symbols::TypeBook& book;
        const symbols::CallSites& sites;
        const symbols::ThreadVariables* threads = nullptr;  // none: nothing is known of stacks
        const python::Objects* python = nullptr;            // none: there is no interpreter
    };
    // All of `input` must outlive the types.
    static Types infer(const Input& input);

    Types(Types&&) noexcept;
    Types& operator=(Types&&) noexcept;
    ~Types();

    TypeId of(BlockId block) const noexcept { return of_block_[block.index()]; }
    Evidence evidence(BlockId block) const noexcept { return evidence_[block.index()]; }
    const Type& type(TypeId id) const noexcept;
    size_t count() const noexcept;
    // Type 0 is always "unknown".

    // Of one block, by trust, surest first; the first is of()'s. Asks the techniques again: for showing one object.
    std::vector<Vote> votes(BlockId block) const;
    // What the block's first word is, where it leads into a module.
    VtableKind vtable_kind(BlockId block) const;

    const Containers& containers() const noexcept { return containers_; }
    const Layouts& layouts() const noexcept;
    const PropagationCounts& counts() const noexcept { return counts_; }
    std::vector<DeclaredDoubt> declared_doubts() const;  // one pass over the blocks, when anything was declared

   private:
    Types();
    void follow_named_pointers();
    struct State;
    std::vector<TypeId> of_block_;
    std::vector<Evidence> evidence_;
    Containers containers_;
    PropagationCounts counts_;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::types
