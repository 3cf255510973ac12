// SPDX-License-Identifier: MIT
//
// Who refers to whom, as people see it: a graph of objects, containers and roots, whose edges have the names of fields.
//
// Side:    heap, floor 5 (refs). edges.h is the plainer graph of blocks alone, which leak verdicts rest on.
// Threads: built by one thread; one thread asks, as reverse() and paths() are worked out when they are first asked for.
// Memory:  8 bytes a block, 8 a reference; reverse() 4 a block and 4 a reference more, paths() 8 a block more.
//
// The vertices are numbered through: blocks by their BlockId, then containers by their index in types::Containers, then
// roots. What people do not think of as objects is folded away:
//
//     storage of a container                      is the container; its elements' references are its own: "[42].title"
//     a container's links between nodes           are none
//     a block that is nothing but a container     is that container: new std::vector<int>
//     smart pointers, std::function               are no vertices: the reference has their field's name
//     words of one variable                       are one root; otherwise each word of a root that is a pointer is one
//     text of a string                            is an object that the field of the string refers to
//     items of a list, table of a dict, …         are the object of Python (python/objects.h)
//
// A `raw` graph folds none of it: its vertices are blocks and roots.
//
// What points at itself is no reference, unless a smart pointer does: it owns its own object.
//
// Between two objects of Python a reference is what the interpreter says, and no word. Its roots are modules, functions
// that run, and what the interpreter keeps for itself.
//
// A container owns its storage, and nobody else does: who points at an element looks at it. Dead words (behind the last
// element of a vector, in an empty optional) are no references.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/paths.h"
#include "graph/reverse.h"
#include "refs/vertices.h"

namespace heapkit::refs {

struct Reference {
    VertexId from, to;
    types::Place place;  // of the word
    bool owns = false;
    bool is_conservative = false;  // no type says that there is a pointer
    bool is_smart = false;         // by a smart pointer, a container or a callable: one that owns is sure to
    uint64_t field_key = 0;        // equal for fields of one class that differ in indices alone
};

class References {
   public:
    struct Input {
        const read::Snapshot& snapshot;
        const read::Blocks& blocks;
        const read::Words& words;
        const symbols::Frames& frames;
        const symbols::TypeBook& book;
        const types::Types& types;
        const symbols::ThreadVariables* threads = nullptr;  // none: nothing is known of stacks
        const python::Objects* python = nullptr;            // none: there is no interpreter
    };
    // All of `input` must outlive it. Errors: more blocks and roots than a graph can have nodes, or words than 32 bits
    // can number.
    static Result<References> build(const Input& input, bool raw);

    References(References&&) noexcept;
    References& operator=(References&&) noexcept;
    ~References();

    const Variables& variables() const noexcept;  // of the roots
    const Vertices& vertices() const noexcept;
    // Of a block its own, of a container its storage's, of a root none.
    uint64_t size_bytes(VertexId vertex) const noexcept;

    // Node i is vertex i. A strong edge owns.
    const graph::Graph& graph() const noexcept;
    const graph::Reverse& reverse() const;
    // From modules and frames of Python first, then from variables and what the program declared, from variables of
    // running functions, from what else lies on stacks and in mappings, from registers and what the recorder has.
    const graph::Paths& paths() const;

    // An edge of graph(), by its index.
    Reference reference(uint32_t edge) const;
    // "handlers_[17]", "captured user"; "+0x18" when it is conservative; "" from a root that is the pointer itself.
    std::string label(uint32_t edge) const;

    // The same of any word, whether it is a pointer or not.
    std::string label_at(const types::Place& place) const;

    // Of a block that is a node of a container: which element it is, "[42]". Otherwise "".
    std::string element_label(BlockId block) const;

    // "EventBus::handlers_", "session in serve(Request const&)", "stack slot of serve(Request const&)",
    // "libserver.so+0x4010", "stack of worker (tid 7)+0x48".
    std::string root_name(VertexId vertex) const;
    // "static member", "local", "stack of worker (tid 7)", "stack", "register".
    std::string root_kind(VertexId vertex) const;

   private:
    struct State;
    explicit References(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::refs
