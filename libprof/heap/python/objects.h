// SPDX-License-Identifier: MIT
//
// The objects of CPython as people think of them: which blocks each is made of, what it is called, and what its
// references are.
//
// Side:    heap, floor 3 (python).
// Threads: const once it is built.
// Memory:  12 bytes a block, 4 a reference.
//
// An object of Python is a block, and often more than one. What nobody thinks of as an object is folded into one:
//
//     the items of a list, the table of a dict or set     a part: a block that is no object, and that one object alone
//                                                         points to, or another part of it
//     the dict of an instance                             the instance: its values are attributes
//     the tuple of a function's closure                   the function: its cells are "closure cell user"
//
// A reference between two objects is what tp_traverse visited. That is exact, so words of an object are not asked where
// they lead to another one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "read/snapshot.h"

namespace heapkit::python {

constexpr uint32_t none = PROF_PYTHON_NONE;

class Objects {
   public:
    // Nobody's: there was no interpreter, or its objects are not known.
    Objects() = default;
    // All must outlive it.
    Objects(const read::Snapshot& snapshot, const read::Python& python, const read::Blocks& blocks,
            const read::Words& words);
    // Those of a snapshot; nobody's where they are damaged too: snapshot.python() says what is wrong.
    static Objects of(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words);

    bool any() const noexcept { return python_.has_objects(); }
    const read::Python& python() const noexcept { return python_; }

    // The object that lies in a block, and the object that a block is an unseen part of; none.
    uint32_t in(BlockId block) const noexcept { return any() ? object_in_[block.index()] : none; }
    uint32_t part_of(BlockId block) const noexcept { return any() ? part_of_[block.index()] : none; }
    // How far behind the start of its block an object begins.
    uint64_t header_bytes(uint32_t object) const noexcept {
        return python_.objects[object].address - blocks_.address[python_.objects[object].block];
    }
    // Does a pointer to byte `into_bytes` of a block, as the interpreter keeps it, hold that block? It points to
    // objects behind their headers, and to the values of an instance, which are a part of it, behind their names'
    // order.
    bool is_held_at(BlockId block, uint64_t into_bytes) const noexcept {
        const uint32_t object = in(block);
        return object != none ? into_bytes == header_bytes(object) : part_of(block) != none;
    }

    // The object of which an object is seen as a part: itself, or an instance, a function.
    uint32_t whole_of(uint32_t object) const noexcept;
    // The block that stands for what this block is part of: its own where it is none.
    BlockId whole_of(BlockId block) const noexcept;

    // Does the graph of references have those of this block's words that lead to objects?
    bool has_exact_references(uint32_t object) const noexcept {
        return python_.references_begin(object) < python_.objects[object].references_end;
    }

    // "UserRecord", "app.UserRecord".
    std::string type_name(uint32_t type) const;
    std::string part_name(uint32_t type) const;  // of its objects: "list items", "dict table", "UserRecord attributes"
    std::string full_type_name(uint32_t type) const;
    bool is_function(uint32_t object) const noexcept;
    bool has_closure(uint32_t object) const noexcept { return any() && closure_of_[object] != none; }
    // What a function, class or module says of itself: "handle.<locals>.done app.py:57"; "" of others.
    std::string_view text(uint32_t object) const { return snapshot_->string(python_.objects[object].text); }

    // "email", "['user']", "[17]", "closure cell user"; "" where it has no name. `reference`: its index.
    std::string label(uint32_t reference) const;
    // Equal for references of one class's objects that differ in indices and keys alone.
    uint64_t label_key(uint32_t reference) const noexcept;
    uint32_t source_of(uint32_t reference) const noexcept;  // an object; none: a root
    uint32_t root_of(uint32_t reference) const noexcept;

    // "app", "serve() in MainThread"; "module", "running, app.py:57".
    std::string root_name(uint32_t root) const;
    std::string root_kind(uint32_t root) const;

   private:
    void find_objects();
    void find_dicts_and_closures();
    void find_parts(const read::Words& words);
    bool is_of(uint32_t object, std::string_view type) const;
    bool is_storage_at(uint32_t object, uint64_t offset_bytes) const noexcept;

    const read::Snapshot* snapshot_ = nullptr;
    read::Python python_;
    read::Blocks blocks_ = {};
    std::vector<uint32_t> object_in_, part_of_;  // by block
    std::vector<uint32_t> folded_into_;          // by object: the instance, the function; none
    std::vector<uint32_t> closure_of_;           // by object: of a function its tuple
    std::vector<bool> is_builtin_;               // by type
};

}  // namespace heapkit::python
