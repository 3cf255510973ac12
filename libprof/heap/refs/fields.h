// SPDX-License-Identifier: MIT
//
// What a word of a block or of a root is called, and whether it owns: "handlers_[17]", "captured user", "+0x18".
//
// Side:    heap, floor 5 (refs). Types say what lies in a block; here that becomes the name of an edge.
// Threads: one thread (field_tables.h).
// Memory:  see field_tables.h.
//
// A word has up to three steps: the element of an array or a container, a field of it, and an element of an array in
// that:
//
//     block: buffer of vector<Subscription>, 24 B an element      word at byte 424   = [17] .handler
//     block: Server                                               word at byte 80    = slots[3] .next
//
// Where no type says what a word is, or a type has no pointer there, the reference is conservative: the word points
// into a block, but it may be a number that looks like it, or what is left of something older.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "read/words.h"
#include "refs/field_tables.h"
#include "refs/variables.h"
#include "types/closures.h"
#include "types/memory.h"
#include "types/types.h"

namespace heapkit::refs {

struct Link {
    enum class Kind : uint8_t {
        owns,
        looks_at,      // a weak_ptr, a reference, an iterator
        internal,      // one of a container's own links: between nodes, from its buckets
        dead,          // behind the last element; in an optional that is empty
        conservative,  // no field is known here
    };
    static constexpr uint32_t no_index = UINT32_MAX, same_name = UINT32_MAX - 1;
    struct Step {
        LabelId label;
        uint32_t index = no_index;
        friend bool operator==(const Step&, const Step&) = default;
    };
    Kind kind = Kind::conservative;
    bool is_in_container = false;  // the word belongs to a container that lies here
    bool is_smart = false;         // … to a smart pointer, or a callable's to what it holds: sure to own
    uint8_t step_count = 0;
    std::array<Step, 3> steps = {};

    // Equal for two words of one class that differ in indices alone.
    uint64_t field_key() const noexcept;
    bool has_steps_of(const Link& other) const noexcept {
        return step_count == other.step_count && steps == other.steps;
    }
};

// What is known of a block, or of a part of a root, before one of its words is looked at.
struct Shape {
    enum class Kind : uint8_t {
        unknown,
        objects,   // one, or several side by side
        elements,  // of a container, side by side
        node,      // of a container: links, and one element
        links,     // of a container: no elements
    };
    Kind kind = Kind::unknown;
    bool is_array = false;     // words say which element they are of
    types::Place holder;       // block or root; offset_bytes 0
    int64_t origin_bytes = 0;  // where in the holder the first object begins; a variable may begin before its root
    uint64_t type_bytes = 0;   // of one object
    uint64_t count = 0;        // objects; what lies behind the last is dead
    uint32_t first_index = 0;  // of the first object
    uint32_t container = types::no_container;
    FieldTables::Range rows;
};

class Fields {
   public:
    struct Input {
        const read::Blocks& blocks;
        const read::Words& words;
        const symbols::Frames& frames;
        const symbols::TypeBook& book;
        const types::Types& types;
        const Variables& variables;
    };
    // All of `input` must outlive it.
    explicit Fields(const Input& input);

    Shape shape_of(BlockId block) const;
    // Of the variable at a byte of a root; unknown when there is none.
    Shape shape_of_root(uint32_t root, uint64_t offset_bytes) const;
    Link link(const Shape& shape, uint64_t offset_bytes) const;

    // "[17].handler", "docs_"; "" for what is the object itself, "+0x18" where no field is known. Of an element of a
    // map its key, when it is a number that was kept: "[42]", otherwise "[…]".
    std::string text(const Shape& shape, uint64_t offset_bytes) const;
    // Of a block that is storage of a container: its first element, "[17]".
    std::string first_element(const Shape& shape) const { return index_text(shape, shape.first_index); }

   private:
    enum class Naming : uint8_t { by_index, by_key, by_nothing };
    Shape text_shape(BlockId block) const;
    Shape storage_shape(BlockId block) const;
    uint64_t element_offset(BlockId block, const types::Container& container) const;
    uint64_t first_chunk_offset(BlockId block, const types::Container& container,
                                const types::ContainerClass& known) const;
    // Where in a class a word is looked for.
    struct Spot {
        FieldTables::Range rows;
        types::Place base;  // of the object
        uint64_t offset_bytes = 0;
    };
    void walk(Link& link, Spot spot) const;
    std::optional<Spot> into_callable(Link& link, const FieldRow& row, const Spot& spot) const;
    bool is_left_over(const FieldRow& row, uint64_t offset_bytes) const;
    bool is_spare_room(const FieldRow& row, types::Place object, uint64_t offset_bytes) const;
    bool holds(uint32_t guard, types::Place base) const;
    std::optional<uint64_t> bits_at(types::Place at, uint64_t bytes) const;
    Naming naming_of(symbols::DebugTypeId container_type) const;
    std::string step_text(const Shape& shape, const Link& link, size_t step) const;
    std::string index_text(const Shape& shape, uint32_t index) const;
    std::optional<std::string> key_text(const Shape& shape, uint32_t index) const;

    const Input input_;
    const FieldTables tables_;
    const types::Memory memory_;
    mutable types::Closures closures_;
    mutable std::unordered_map<symbols::DebugTypeId, Naming> naming_;
};

}  // namespace heapkit::refs
