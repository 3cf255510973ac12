// SPDX-License-Identifier: MIT
//
// All types of a heap, each once: what techniques vote for.
//
// Side:    heap, floor 4 (types).
// Threads: one writer.
// Memory:  a few hundred bytes a type; types are few.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/type_book.h"
#include "types/container_rules.h"
#include "types/containers.h"
#include "types/types.h"

namespace heapkit::types {

constexpr TypeId unknown_type{size_t{0}};

class TypeTable {
   public:
    explicit TypeTable(const symbols::TypeBook& book);

    TypeId place(const std::string& text);  // "in Foo::bar() file.cpp:42"
    TypeId label(const std::string& text);
    TypeId of_python(const std::string& name, const std::string& full_name, Type::Form form);

    // An object of a class; `is_array`: several side by side, behind `first_offset_bytes`.
    struct ObjectForm {
        bool is_array = false;
        uint32_t first_offset_bytes = 0;
        bool is_head = false;  // one at the start of a larger block
    };
    TypeId object(symbols::DebugTypeId type, ObjectForm form);
    TypeId object(std::string_view full_name, ObjectForm form);  // the book is asked for its layout

    // The frame of a coroutine, "serve(int)". `frame`: its class; 0 where nobody knows what lies in it.
    TypeId coroutine(std::string_view function, symbols::DebugTypeId frame);

    // `node`: index in container.nodes of what the block is, where it is a node.
    TypeId storage(const ContainerClass& container, StorageRole role, size_t node = 0);
    // When debug information does not have the container. `layout`: of the whole block, where that is known.
    TypeId storage(std::string_view container_full_name, StorageRole role, symbols::DebugTypeId layout = {});
    // Of a hash table of which nothing else is known.
    static constexpr std::string_view buckets_name = "hash table buckets";
    TypeId hash_buckets();

    const Type& at(TypeId id) const noexcept { return types_[id.index()]; }
    const std::vector<Type>& all() const noexcept { return types_; }

   private:
    TypeId named_object(std::string_view full_name, symbols::DebugTypeId layout, ObjectForm form);
    TypeId intern(Type type);

    const symbols::TypeBook& book_;
    std::vector<Type> types_;
    std::unordered_map<std::string, TypeId> id_of_;
    std::unordered_map<uint64_t, TypeId> objects_, storages_;  // by layout and form: names are worked out once
};

}  // namespace heapkit::types
