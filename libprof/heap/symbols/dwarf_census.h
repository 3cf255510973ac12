// SPDX-License-Identifier: MIT
//
// Everything in a file's debug information that has a place in the book: one walk over all DIEs, each class that many
// units repeat counted once.
//
// Side:    heap, floor 3 (symbols). Included by dwarf_*.cpp alone.
// Memory:  while a file is read: 24 bytes a DIE of a type, 72 bytes a distinct type.
//
// An entity is what the DIEs of all units that say the same stand for: they have the same parent, name and size. Where
// names do not tell types apart (C, unnamed namespaces and types, GCC's templates of closures), line and members do.
#pragma once

#include <vector>

#include "symbols/dwarf_walk.h"
#include "symbols/flat_map.h"
#include "symbols/type_columns.h"

namespace heapkit::symbols {

struct Entity {
    enum class Kind : uint8_t { root, space, function, type };
    Kind kind = Kind::root;
    bool is_unit_only = false;
    bool is_declared_only = false;
    uint32_t parent = 0;
    DebugTypeId type = {};          // of a type: 1, 2, … in the order of the walk
    const char* name = nullptr;     // as DWARF has it; an unnamed type's may come from a typedef
    const char* linkage = nullptr;  // of a function
    Dwarf_Die die = {};             // the first that was met
};

struct StaticVariable {
    Dwarf_Die die;
    uint32_t parent;  // entity that its DIE stands in
    bool is_in_function;
};

class DwarfCensus {
   public:
    DwarfCensus() : entities_(1), entity_of_type_(1) {}
    void add(Dwarf* dwarf);  // all units, and those of dwz's alternate file
    void finish();           // once, after the last add()

    const std::vector<Entity>& entities() const noexcept { return entities_; }
    const std::vector<StaticVariable>& variables() const noexcept { return variables_; }
    const std::vector<Dwarf_Die>& functions() const noexcept { return functions_; }  // with code
    // Types that functions return, take and have variables of, each DIE once.
    const std::vector<Dwarf_Die>& used() const noexcept { return used_; }
    size_t type_count() const noexcept { return entity_of_type_.size() - 1; }
    const Entity& entity_of(DebugTypeId type) const { return entities_[entity_of_type_[type.index()]]; }

    // The entity of a DIE, and the nearest one around it; 0 when there is none.
    uint32_t entity_at(const Dwarf_Die& die) const;
    uint32_t entity_around(const Dwarf_Die& die) const;

   private:
    struct Known {
        const unsigned char* begin;
        const unsigned char* last;  // where its last descendant begins
        uint32_t entity;
        uint32_t around;  // index of the Known around it, plus one
    };
    struct TypedefName {
        const char* name;
        uint32_t parent;
    };
    void add_units(Dwarf* dwarf);
    void walk(Dwarf_Die& die, uint32_t parent, int depth);
    bool visit(Dwarf_Die& die, uint32_t parent, int depth);
    void visit_type(Dwarf_Die& die, uint32_t parent, int depth);
    void note_type_of(Dwarf_Die& die);
    void visit_function(Dwarf_Die& die, uint32_t parent, int depth);
    void visit_declared_function(Dwarf_Die& die, uint32_t parent, int depth);
    void visit_typedef(Dwarf_Die& die, uint32_t parent);
    bool is_own_name(const TypedefName& given, uint32_t parent) const;
    uint32_t space_of(Dwarf_Die& die, uint32_t parent);
    uint32_t intern(uint64_t key, const Entity& entity);
    uint64_t key_of_type(Dwarf_Die& die, const Entity& entity);
    uint64_t name_hash(const char* name);
    const Known* known_at_or_before(const Dwarf_Die& die) const;

    std::vector<Entity> entities_;
    std::vector<uint32_t> entity_of_type_;
    std::vector<StaticVariable> variables_;
    std::vector<Dwarf_Die> functions_;
    std::vector<Dwarf_Die> used_;
    FlatMap is_used_;
    std::vector<Known> known_;
    FlatMap entity_of_key_;
    FlatMap name_at_;  // DIE of an unnamed type that a typedef before it names → its place in typedef_names_
    std::vector<TypedefName> typedef_names_;
    FlatMap unnamed_at_;   // DIE of an unnamed type → entity: a typedef may name it
    FlatMap declared_at_;  // DIE of a declaration → entity: the definition may stand elsewhere, with its scopes here
    std::vector<uint32_t> signed_;                  // entities that say no more than the signature of a type unit
    bool is_cplusplus_ = false, is_clang_ = false;  // the unit that is walked
    const void* furthest_ = nullptr;                // DIE of this unit: the walk goes forward only
};

// The DIE itself or what it stands for, whichever says a type.
Dwarf_Die having_type(Dwarf_Die die);

// Where a variable lies that lives as long as the program or a thread.
struct StaticPlace {
    uint64_t address = 0;  // in the file, or in the thread's block
    bool is_thread_local = false;
    bool is_indexed = false;  // the address comes out of .debug_addr
};
std::optional<StaticPlace> static_place_of(Dwarf_Die& variable);

}  // namespace heapkit::symbols
