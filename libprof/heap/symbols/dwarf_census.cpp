// SPDX-License-Identifier: MIT
//
// See dwarf_census.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/dwarf_census.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace heapkit::symbols {
namespace {

bool is_nominal(int tag) {
    switch (tag) {
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
        case DW_TAG_interface_type:
        case DW_TAG_union_type:
        case DW_TAG_enumeration_type:
        case DW_TAG_base_type:
        case DW_TAG_unspecified_type:
            return true;
        default:
            return false;
    }
}

bool is_class(int tag) {
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
           tag == DW_TAG_interface_type;
}

// One hash over what is inside: two unnamed types on the same line of two files differ in it.
uint64_t hash_of_members(Dwarf_Die& die) {
    uint64_t hash = 0;
    for_each_child(die, [&](Dwarf_Die& child) {
        const char* name = text_of(child, DW_AT_name);
        hash = mixed(hash, Texts::hash_of(name != nullptr ? name : ""));
    });
    return hash;
}

bool has_call_operator(Dwarf_Die& die) {
    bool has_one = false;
    for_each_child(die, [&](Dwarf_Die& child) {
        const char* name = dwarf_tag(&child) == DW_TAG_subprogram ? text_of(child, DW_AT_name) : nullptr;
        has_one = name != nullptr && std::string_view(name) == "operator()";
        return !has_one;
    });
    return has_one;
}

// Clang with -gsimple-template-names calls all instances of a template alike.
bool has_template_arguments(Dwarf_Die& die) {
    bool has_one = false;
    for_each_child(die, [&](Dwarf_Die& child) {
        const int tag = dwarf_tag(&child);
        has_one = tag == DW_TAG_template_type_parameter || tag == DW_TAG_template_value_parameter ||
                  tag == DW_TAG_GNU_template_parameter_pack || tag == DW_TAG_GNU_template_template_param;
        return !has_one;
    });
    return has_one;
}

}  // namespace

void DwarfCensus::add(Dwarf* dwarf) {
    add_units(dwarf);
    if (Dwarf* shared = dwarf_getalt(dwarf); shared != nullptr && shared != dwarf) add_units(shared);
}

void DwarfCensus::add_units(Dwarf* dwarf) {
    for_each_unit(dwarf, [&](uint8_t, Dwarf_Die&, Dwarf_Die& unit) {
        const char* producer = text_of(unit, DW_AT_producer);
        is_clang_ = producer != nullptr && std::strstr(producer, "clang") != nullptr;
        is_cplusplus_ = is_cplusplus(unit);
        furthest_ = unit.addr;
        walk(unit, 0, 0);
    });
}

// DIEs of one section come ascending; sections may lie anywhere. What is around what follows from where they end.
void DwarfCensus::finish() {
    const auto by_begin = [](const Known& a, const Known& b) { return a.begin < b.begin; };
    if (!std::is_sorted(known_.begin(), known_.end(), by_begin)) std::sort(known_.begin(), known_.end(), by_begin);
    std::vector<uint32_t> open;
    for (size_t i = 0; i < known_.size(); ++i) {
        while (!open.empty() && known_[open.back()].last < known_[i].begin) open.pop_back();
        known_[i].around = open.empty() ? 0 : open.back() + 1;
        open.push_back(static_cast<uint32_t>(i));
    }
    for (const uint32_t index : signed_) {
        const auto target = reference_of(entities_[index].die, DW_AT_signature);
        if (const uint32_t defined = target ? entity_at(*target) : 0; defined != 0)
            entities_[index] = entities_[defined];
    }
}

const DwarfCensus::Known* DwarfCensus::known_at_or_before(const Dwarf_Die& die) const {
    const auto after = std::upper_bound(known_.begin(), known_.end(), die.addr,
                                        [](const void* addr, const Known& known) { return addr < known.begin; });
    return after == known_.begin() ? nullptr : &*(after - 1);
}

uint32_t DwarfCensus::entity_at(const Dwarf_Die& die) const {
    const Known* known = known_at_or_before(die);
    return known != nullptr && known->begin == die.addr ? known->entity : 0;
}

uint32_t DwarfCensus::entity_around(const Dwarf_Die& die) const {
    const Known* known = known_at_or_before(die);
    if (known == nullptr) return 0;
    const bool is_itself = known->begin == die.addr;
    if (!is_itself && known->last >= die.addr) return known->entity;
    while (known->around != 0) {
        known = &known_[known->around - 1];
        if (known->last >= die.addr) return known->entity;
    }
    return 0;
}

void DwarfCensus::walk(Dwarf_Die& die, uint32_t parent, int depth) {
    if (depth == deepest_die) return;
    for_each_child(die, [&](Dwarf_Die& child) { return visit(child, parent, depth + 1); });
}

bool DwarfCensus::visit(Dwarf_Die& die, uint32_t parent, int depth) {
    if (die.addr <= furthest_) return false;
    furthest_ = die.addr;
    const int tag = dwarf_tag(&die);
    switch (tag) {
        case DW_TAG_namespace:
        case DW_TAG_module: {
            const size_t at = known_.size();
            const uint32_t space = space_of(die, parent);
            known_.push_back({static_cast<const unsigned char*>(die.addr), nullptr, space, 0});
            walk(die, space, depth);
            known_[at].last = static_cast<const unsigned char*>(furthest_);
            break;
        }
        case DW_TAG_subprogram:
            visit_function(die, parent, depth);
            break;
        case DW_TAG_lexical_block:
        case DW_TAG_try_block:
        case DW_TAG_catch_block:
            walk(die, parent, depth);
            break;
        case DW_TAG_variable:
            if (static_place_of(die))
                variables_.push_back({die, parent, entities_[parent].kind == Entity::Kind::function});
            note_type_of(die);
            break;
        case DW_TAG_formal_parameter:
            note_type_of(die);
            break;
        case DW_TAG_typedef:
            visit_typedef(die, parent);
            break;
        default:
            if (is_nominal(tag)) visit_type(die, parent, depth);
    }
    return true;
}

void DwarfCensus::note_type_of(Dwarf_Die& die) {
    if (const auto type = reference_of(die, DW_AT_type))
        if (is_used_.try_emplace(reinterpret_cast<uintptr_t>(type->addr)).second) used_.push_back(*type);
}

void DwarfCensus::visit_function(Dwarf_Die& die, uint32_t parent, int depth) {
    if (has(die, DW_AT_declaration)) return visit_declared_function(die, parent, depth);
    if (has_code(die)) functions_.push_back(die);
    Dwarf_Die typed = having_type(die);
    note_type_of(typed);
    Dwarf_Attribute attribute;
    const char* name = dwarf_attr_integrate(&die, DW_AT_name, &attribute) ? dwarf_formstring(&attribute) : nullptr;
    Entity entity = {
        .kind = Entity::Kind::function, .parent = parent, .name = name, .linkage = linkage_name_of(die), .die = die};
    entity.is_unit_only = !is_cplusplus_;
    const char* key = entity.linkage != nullptr ? entity.linkage : name;
    walk(die, intern(mixed(name_hash(key), mixed(2, entity.linkage != nullptr ? 0 : parent)), entity), depth);
}

// GCC puts the class of a coroutine's frame into the declaration of its method.
void DwarfCensus::visit_declared_function(Dwarf_Die& die, uint32_t parent, int depth) {
    for_each_child(die, [&](Dwarf_Die& child) {
        if (dwarf_tag(&child) != DW_TAG_structure_type) return;
        const Entity function = {.kind = Entity::Kind::function,
                                 .parent = parent,
                                 .name = text_of(die, DW_AT_name),
                                 .linkage = linkage_name_of(die),
                                 .die = die};
        const char* key = function.linkage != nullptr ? function.linkage : function.name;
        const uint32_t scope =
            intern(mixed(name_hash(key), mixed(2, function.linkage != nullptr ? 0 : parent)), function);
        visit(child, scope, depth + 1);
    });
}

void DwarfCensus::visit_type(Dwarf_Die& die, uint32_t parent, int depth) {
    Entity entity = {.kind = Entity::Kind::type, .parent = parent, .name = text_of(die, DW_AT_name), .die = die};
    if (entity.name == nullptr)
        if (const uint32_t* at = name_at_.find(reinterpret_cast<uintptr_t>(die.addr)))
            if (const TypedefName& given = typedef_names_[*at]; is_own_name(given, parent) && !has_call_operator(die)) {
                entity.name = given.name;
                entity.parent = given.parent;
            }
    entity.is_declared_only = has(die, DW_AT_declaration);
    if (const auto declared = reference_of(die, DW_AT_specification)) {
        const uint32_t* index = declared_at_.find(reinterpret_cast<uintptr_t>(declared->addr));
        if (index != nullptr) entity.parent = entities_[*index].parent;
    }
    entity.is_unit_only = !is_cplusplus_ || entities_[entity.parent].is_unit_only;
    const size_t at = known_.size();
    const uint32_t index = intern(key_of_type(die, entity), entity);
    known_.push_back({static_cast<const unsigned char*>(die.addr), nullptr, index, 0});
    if (entity.is_declared_only) *declared_at_.try_emplace(reinterpret_cast<uintptr_t>(die.addr)).first = index;
    if (has(die, DW_AT_signature)) signed_.push_back(index);
    if (entity.name == nullptr) *unnamed_at_.try_emplace(reinterpret_cast<uintptr_t>(die.addr)).first = index;
    if (is_class(dwarf_tag(&die))) walk(die, index, depth);
    known_[at].last = static_cast<const unsigned char*>(furthest_);
}

// A typedef in the same scope; or in a namespace, of a type unit's type, which stands outside of all scopes.
bool DwarfCensus::is_own_name(const TypedefName& given, uint32_t parent) const {
    return given.parent == parent || (parent == 0 && entities_[given.parent].kind == Entity::Kind::space);
}

// An unnamed type that a typedef names has the typedef's name: not any alias of it elsewhere, and closures have none.
void DwarfCensus::visit_typedef(Dwarf_Die& die, uint32_t parent) {
    auto target = reference_of(die, DW_AT_type);
    if (!target) return;
    const uint32_t* index = unnamed_at_.find(reinterpret_cast<uintptr_t>(target->addr));
    if (index != nullptr) {
        Entity& entity = entities_[*index];
        if (entity.name == nullptr && entity.parent == parent && !has_call_operator(entity.die))
            entity.name = text_of(die, DW_AT_name);
        return;
    }
    // Clang's typedefs come first, and types of type units may come later.
    if (!is_nominal(dwarf_tag(&*target)) || has(*target, DW_AT_name)) return;
    if (const auto signed_type = reference_of(*target, DW_AT_signature)) target = signed_type;
    *name_at_.try_emplace(reinterpret_cast<uintptr_t>(target->addr)).first =
        static_cast<uint32_t>(typedef_names_.size());
    typedef_names_.push_back({text_of(die, DW_AT_name), parent});
}

uint32_t DwarfCensus::space_of(Dwarf_Die& die, uint32_t parent) {
    Entity entity = {.kind = Entity::Kind::space, .parent = parent, .name = text_of(die, DW_AT_name), .die = die};
    entity.is_unit_only = entity.name == nullptr || entities_[parent].is_unit_only;
    return intern(mixed(name_hash(entity.name), mixed(1, parent)), entity);
}

uint64_t DwarfCensus::key_of_type(Dwarf_Die& die, const Entity& entity) {
    const uint64_t size = number_of(die, DW_AT_byte_size).value_or(0);
    uint64_t key = mixed(name_hash(entity.name), mixed(entity.parent, size << 1 | entity.is_declared_only));
    const bool is_ambiguous = entity.name == nullptr || entity.is_unit_only;
    if (is_ambiguous) {
        const uint64_t line = number_of(die, DW_AT_decl_line).value_or(0);
        key = mixed(key, mixed(line, number_of(die, DW_AT_decl_column).value_or(0)));
        if (entity.name == nullptr) key = mixed(key, hash_of_members(die));
    }
    if (is_clang_ && entity.name != nullptr && std::strchr(entity.name, '<') == nullptr && has_template_arguments(die))
        key = mixed(key, reinterpret_cast<uintptr_t>(die.addr));
    if (has(die, DW_AT_signature)) key = mixed(key, reinterpret_cast<uintptr_t>(die.addr));
    // Two closures of one function and signature have one text in GCC's names.
    if (entity.name != nullptr && std::strstr(entity.name, "<lambda(") != nullptr)
        key = mixed(key, reinterpret_cast<uintptr_t>(die.addr));
    return key;
}

// 64 bits that stand for what was put into them: with a million entities, two share one in 1 of 10^7 programs.
uint32_t DwarfCensus::intern(uint64_t key, const Entity& entity) {
    const auto [index, is_new] = entity_of_key_.try_emplace(key);
    if (!is_new) return *index;
    *index = static_cast<uint32_t>(entities_.size());
    entities_.push_back(entity);
    if (entity.kind == Entity::Kind::type) {
        entities_.back().type = DebugTypeId(entity_of_type_.size());
        entity_of_type_.push_back(*index);
    }
    return *index;
}

uint64_t DwarfCensus::name_hash(const char* name) { return name == nullptr ? 0 : Texts::hash_of(name); }

Dwarf_Die having_type(Dwarf_Die die) {
    for (int i = 0; i < longest_chain && !has(die, DW_AT_type); ++i) {
        auto next = reference_of(die, DW_AT_specification);
        if (!next) next = reference_of(die, DW_AT_abstract_origin);
        if (!next) break;
        die = *next;
    }
    return die;
}

std::optional<StaticPlace> static_place_of(Dwarf_Die& variable) {
    Dwarf_Attribute attribute;
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (dwarf_attr(&variable, DW_AT_location, &attribute) == nullptr) return std::nullopt;
    const unsigned form = dwarf_whatform(&attribute);
    const bool is_expression = form == DW_FORM_exprloc || form == DW_FORM_block1 || form == DW_FORM_block ||
                               form == DW_FORM_block2 || form == DW_FORM_block4;
    if (!is_expression || dwarf_getlocation(&attribute, &ops, &count) != 0 || count == 0 || count > 2)
        return std::nullopt;
    StaticPlace place;
    if (count == 2) {
        const uint8_t last = ops[1].atom;
        if (last == DW_OP_form_tls_address || last == DW_OP_GNU_push_tls_address)
            place.is_thread_local = true;
        else if (last == DW_OP_plus_uconst)
            place.address = ops[1].number;
        else
            return std::nullopt;
    }
    Dwarf_Attribute indirect;
    switch (ops[0].atom) {
        case DW_OP_addr:
        case DW_OP_const8u:
        case DW_OP_const4u:
            if (ops[0].atom != DW_OP_addr && !place.is_thread_local) return std::nullopt;
            place.address += ops[0].number;
            return place;
        case DW_OP_addrx:
        case DW_OP_GNU_addr_index:
        case DW_OP_constx:
        case DW_OP_GNU_const_index: {
            place.is_indexed = true;
            Dwarf_Addr address = 0;
            Dwarf_Word value = 0;
            if (dwarf_getlocation_attr(&attribute, &ops[0], &indirect) != 0) return std::nullopt;
            if (dwarf_formaddr(&indirect, &address) != 0) {
                if (dwarf_formudata(&indirect, &value) != 0) return std::nullopt;
                address = value;
            }
            place.address += address;
            return place;
        }
        default:
            return std::nullopt;
    }
}

}  // namespace heapkit::symbols
