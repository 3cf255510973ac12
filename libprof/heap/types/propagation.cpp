// SPDX-License-Identifier: MIT
//
// See propagation.h.
//
// Side: heap, floor 4 (types).
//
// One wrong type makes many: so a block's size is asked before a pointer is believed, an array only when no single
// object was found there, and elements only as far as their container says. What void* points at is never guessed, nor
// is the object around a pointer into the middle of a block; of a union's pointers the one that fits is followed, if it
// is one.
#include "types/propagation.h"

#include <algorithm>

#include "types/container_rules.h"
#include "types/member_path.h"

namespace heapkit::types {

using symbols::DebugType;
using symbols::DebugTypeId;
using symbols::TypeKind;

namespace {

constexpr size_t arrivals_together = 64;
constexpr size_t arrivals_ahead = 8;
constexpr uint64_t count_bytes = 8;  // in front of an array whose elements have destructors

bool can_be_pointed_at(const DebugType& type) {
    const bool is_data = type.kind != TypeKind::unknown && type.kind != TypeKind::function;
    return is_data && !type.is_declared_only && type.size_bytes != 0;
}

}  // namespace

Propagation::Propagation(const Input& input)
    : input_(input), reader_(input.memory), rows_(input.known.size()), forms_(input.book.count()) {
    for (size_t index = 0; index < rows_.size(); ++index)
        rows_[index] = {.known = input.known[index], .known_by = input.evidence[index]};
    containers_.of_block.resize(input.known.size());
    containers_.role_of.resize(input.known.size());
}

void Propagation::run(const Seeds& seeds) {
    const auto begin_with = [&](const std::vector<Seed>& variables, Evidence evidence) {
        round_ = evidence;
        open_ = variables;
        follow_all();
    };
    begin_with(seeds.globals, Evidence::field);
    begin_with(seeds.thread_locals, Evidence::thread_local_);
    round_ = Evidence::field;
    const auto expand_where = [&](auto is_wanted) {
        for (size_t index = 0; index < rows_.size(); ++index) {
            if (rows_[index].is_expanded || !is_wanted(trust_in(rows_[index].known_by))) continue;
            expand(BlockId(index));
            follow_all();
        }
    };
    expand_where([](Trust trust) { return trust >= Trust::high; });
    begin_with(seeds.stacks, Evidence::stack_variable);
    round_ = Evidence::seeded_field;
    expand_where([](Trust trust) { return trust != Trust::none; });
}

void Propagation::follow_all() {
    while (!open_.empty() || !arrivals_.empty() || !pending_.empty()) {
        while (!open_.empty() && arrivals_.size() < arrivals_together) {
            const Seed region = open_.back();
            open_.pop_back();
            scan(region);
        }
        if (!arrivals_.empty()) {
            reach_all();
            continue;
        }
        take_pending();
    }
}

void Propagation::take_reached(std::vector<TypeId>& types, std::vector<Evidence>& evidence) const {
    types.resize(rows_.size());
    evidence.resize(rows_.size());
    for (size_t index = 0; index < rows_.size(); ++index) {
        types[index] = rows_[index].reached;
        evidence[index] = rows_[index].reached_by;
    }
}

// ---- What lies in objects ------------------------------------------------------------------------------------------

// Only elements in which a word was kept are looked at: large tables are mostly empty.
void Propagation::scan(const Seed& region) {
    const uint64_t size = input_.book.type(region.type).size_bytes;
    const auto fields = input_.layouts.fields_of(region.type);
    if (size == 0 || fields.empty()) return;
    const uint64_t area = input_.memory.area_bytes(region.place);
    if (region.place.offset_bytes >= area) return;
    const uint64_t elements = std::min(region.elements, (area - region.place.offset_bytes) / size);
    if (elements <= 1) return elements == 1 ? scan_element(region.place, fields) : void();
    const read::WordRange words = input_.memory.words_of(region.place);
    uint64_t behind = region.place.offset_bytes;  // the last element
    for (const read::Word& word : std::ranges::subrange(words.from(behind), words.end())) {
        if (word.offset_bytes < behind) continue;
        const uint64_t index = (word.offset_bytes - region.place.offset_bytes) / size;
        if (index >= elements) return;
        scan_element(Memory::moved(region.place, index * size), fields);
        behind = region.place.offset_bytes + (index + 1) * size;
    }
}

void Propagation::scan_element(const Place& element, std::span<const Field> fields) {
    for (size_t index = 0; index < fields.size(); ++index) {
        const Field& field = fields[index];
        if (field.is_in_union && !is_only_one_that_fits(fields, index, element)) continue;
        if (field.guard == 0 || is_there(field, element)) follow(field, Memory::moved(element, field.offset_bytes));
    }
}

bool Propagation::is_there(const Field& field, const Place& element) const {
    for (uint32_t number = field.guard; number != 0;) {
        const Guard& guard = input_.layouts.guard(number);
        const Place flag = Memory::moved(element, guard.offset_bytes);
        const bool is_value = input_.memory.number_at(flag, guard.size_bytes) == guard.value;
        if (is_value == guard.is_not) return false;
        number = guard.outer;
    }
    return true;
}

// In a union nothing says which member is there: a pointer is followed if it leads to exactly one object of its type,
// and no other member's pointer at the same place does so too. Containers in unions are left alone.
bool Propagation::is_only_one_that_fits(std::span<const Field> fields, size_t index, const Place& element) const {
    const Field& field = fields[index];
    if (field.kind != Field::Kind::pointer) return false;
    const auto to = input_.memory.pointer_at(Memory::moved(element, field.offset_bytes));
    if (!to || to->is_root || to->offset_bytes != 0) return false;
    const uint64_t size = input_.memory.area_bytes(*to);
    if (input_.book.type(field.type).size_bytes != size) return false;
    return std::ranges::none_of(fields, [&](const Field& other) {
        const bool is_rival = other.is_in_union && other.offset_bytes == field.offset_bytes && other.type != field.type;
        return is_rival && input_.book.type(other.type).size_bytes == size;
    });
}

void Propagation::follow(const Field& field, const Place& place) {
    switch (field.kind) {
        case Field::Kind::pointer:
            return follow_pointer(field.type, place);
        case Field::Kind::container:
            return follow_container(field.type, place);
        case Field::Kind::callable:
            return follow_callable(field.type, place);
        case Field::Kind::count:
            open_.push_back({place, field.type, field.elements == 0 ? UINT64_MAX : field.elements});
            return;
        case Field::Kind::vtable:
            return;
    }
}

void Propagation::follow_pointer(DebugTypeId type, const Place& from) {
    const DebugType& what = input_.book.type(type);
    if (!can_be_pointed_at(what) || input_.layouts.classes().is_link(type)) return;
    const auto to = input_.memory.pointer_at(from);
    if (!to || to->is_root) return;
    const BlockId block(to->index);
    if (to->offset_bytes == 0) return arrivals_.push_back({block, type});
    if (!from.is_root && to->index == from.index) return follow_into_itself(what, *to);
    const uint64_t bytes = input_.memory.area_bytes(*to);
    const bool may_be_counted =
        to->offset_bytes == count_bytes && bytes > count_bytes && (bytes - count_bytes) % what.size_bytes == 0;
    if (!may_be_counted) return;
    const uint64_t count = input_.memory.number_at(Memory::start_of(block), count_bytes);
    if (count == (bytes - count_bytes) / what.size_bytes)
        take(block, input_.types.object(type, {.is_array = true, .first_offset_bytes = count_bytes}));
}

// A pointer to a base class that leads into its own object, as libc++'s std::function has it: the vtable there says
// what it leads to.
void Propagation::follow_into_itself(const DebugType& base, const Place& to) {
    const auto word = base.is_polymorphic ? input_.memory.word_at(to) : std::nullopt;
    if (!word || word->kind != read::WordKind::module) return;
    const DebugTypeId type = input_.vtables.class_of(word->value);
    if (type != DebugTypeId()) open_inner({to, type});
}

// What lies in an object, and only a pointer says so. That may be the head of a ring, which points at itself for ever.
void Propagation::open_inner(const InnerClosure& closure) {
    if (!inner_.insert(input_.memory.address_of(closure.place)).second) return;
    containers_.inner_closures.push_back(closure);
    open_.push_back({closure.place, closure.type});
}

void Propagation::follow_callable(DebugTypeId type, const Place& place) {
    const auto held = input_.closures.held_by(*input_.layouts.classes().of(type), place);
    if (!held) return;
    if (held->is_in_own_block)
        reach(BlockId(held->place.index), held->type);
    else
        open_inner({held->place, held->type});
}

// ---- What a block is -----------------------------------------------------------------------------------------------

// Pointers lead all over memory, and most time is spent waiting for it: so what the next ones will ask is fetched while
// the first ones are looked at. A third less time on a million blocks that point at each other at random.
template <typename Look>
void Propagation::look_at(const std::vector<Arrival>& arrivals, Look look) const {
    const auto fetch = [&](const Arrival& arrival) {
        const size_t block = arrival.block.index();
        __builtin_prefetch(&rows_[block]);
        __builtin_prefetch(&input_.memory.blocks().size_and_thread[block]);
        __builtin_prefetch(&input_.memory.words().block_end[block]);
    };
    for (size_t index = 0; index < arrivals.size(); ++index) {
        if (index + arrivals_ahead < arrivals.size()) fetch(arrivals[index + arrivals_ahead]);
        look(arrivals[index]);
    }
}

void Propagation::reach_all() {
    look_at(arrivals_, [&](const Arrival& arrival) { reach(arrival.block, arrival.type); });
    arrivals_.clear();
}

// The latest first. Some together, so that what they ask of memory is fetched together.
void Propagation::take_pending() {
    const size_t together = std::min(pending_.size(), arrivals_together);
    taken_.assign(pending_.rbegin(), pending_.rbegin() + static_cast<std::ptrdiff_t>(together));
    pending_.resize(pending_.size() - together);
    look_at(taken_, [&](const Arrival& several) { believe_several(several.block, several.type); });
}

// What is common to all objects of a C program fits many a block several times: a guess about the block is better than
// an unsure field.
void Propagation::believe_several(BlockId block, DebugTypeId type) {
    const Row& row = rows_[block.index()];
    const bool is_believed = trust_in(round_) == Trust::high || row.known_by == Evidence::none;
    if (is_believed && row.reached == unknown_type) take(block, several_of(type));
}

TypeId Propagation::one_of(DebugTypeId type) {
    TypeId& known = forms_[type.index()].one;
    if (known == unknown_type) known = input_.types.object(type, {});
    return known;
}

TypeId Propagation::several_of(DebugTypeId type) {
    TypeId& known = forms_[type.index()].several;
    if (known == unknown_type) known = input_.types.object(type, {.is_array = true});
    return known;
}

// Most pointers lead where others led before, which asks for the block's row alone: its size need not be looked at.
void Propagation::reach(BlockId block, DebugTypeId type) {
    const Row& row = rows_[block.index()];
    const Forms& forms = forms_[type.index()];
    if (row.reached != unknown_type && row.is_expanded && (row.reached == forms.one || row.reached == forms.several))
        return;
    if (trust_in(row.known_by) == Trust::certain) {
        const DebugTypeId known = input_.types.at(row.known).layout;
        const bool are_related =
            known == DebugTypeId() || begins_with(input_.book, known, type) || begins_with(input_.book, type, known);
        counts_.conflicts += are_related ? 0 : 1;
        return expand(block);
    }
    const uint64_t size = input_.book.type(type).size_bytes;
    const uint64_t bytes = input_.memory.blocks().size_bytes(block);
    if (bytes == size || (bytes > size && can_grow(input_.book, type)))
        take(block, one_of(type));
    else if (bytes <= size || bytes % size != 0)
        ++counts_.misfits;
    else if (row.reached == unknown_type)
        pending_.push_back({block, type});
}

void Propagation::take(BlockId block, TypeId type) {
    Row& row = rows_[block.index()];
    if (row.reached == unknown_type) {
        row.reached = type;
        row.reached_by = round_;
    } else if (input_.types.at(row.reached).layout != input_.types.at(type).layout) {
        ++counts_.conflicts;
    }
    expand(block);
}

// Declared is what a container asked its allocator for; how much of it is in use, only the container knows.
bool Propagation::is_room_for_several(const Row& row, uint64_t bytes) const {
    if (row.known_by != Evidence::declared) return false;
    const Type& type = input_.types.at(row.known);
    return type.form == Type::Form::object && input_.book.type(type.layout).size_bytes < bytes;
}

// Looks into a block once, as what is surest of it.
void Propagation::expand(BlockId block) {
    Row& row = rows_[block.index()];
    if (row.is_expanded) return;
    if (round_ != Evidence::seeded_field && is_room_for_several(row, input_.memory.blocks().size_bytes(block))) return;
    row.is_expanded = true;
    const bool is_known_surer = row.reached == unknown_type || row.known_by > row.reached_by;
    const bool has_fields = input_.types.at(row.known).layout != DebugTypeId();
    const Type& type = input_.types.at(is_known_surer && has_fields ? row.known : row.reached);
    const bool is_bounded_by_container = type.form == Type::Form::storage && !type.name.ends_with(" node");
    if (type.layout == DebugTypeId() || is_bounded_by_container) return;
    const uint64_t size = std::max<uint64_t>(input_.book.type(type.layout).size_bytes, 1);
    const uint64_t bytes = input_.memory.blocks().size_bytes(block);
    const uint64_t first = std::min<uint64_t>(type.first_offset_bytes, bytes);
    const bool is_one = type.form == Type::Form::storage || type.is_head || can_grow(input_.book, type.layout);
    const uint64_t elements = is_one ? 1 : (bytes - first) / size;
    input_.memory.prefetch(block);
    open_.push_back({Memory::moved(Memory::start_of(block), first), type.layout, elements});
}

// ---- Containers ----------------------------------------------------------------------------------------------------

void Propagation::follow_container(DebugTypeId type, const Place& place) {
    const ContainerClass& container = *input_.layouts.classes().of(type);
    if (!reader_.read(container, place) || !may_claim(container, place, reader_.reading())) {
        ++counts_.rejected_containers;
        return;
    }
    if (!reader_.reading().parts.empty()) claim(container, place, reader_.reading());
}

// Storage belongs to one container alone; and a block that is certainly something else is no storage, unless it begins
// with an element that is just that.
bool Propagation::may_claim(const ContainerClass& container, const Place& place, const Reading& reading) const {
    return std::ranges::all_of(reading.parts, [&](const Part& part) {
        if (!part.is_whole_block) return true;
        const uint32_t owner = containers_.of_block[part.block.index()].container;
        if (owner != no_container) return containers_.all[owner].place == place;
        const Row& row = rows_[part.block.index()];
        if (trust_in(row.known_by) != Trust::certain) return true;
        if (row.known_by == Evidence::declared) return may_be_storage(container, part);
        const DebugTypeId known = input_.types.at(row.known).layout;
        const bool holds_elements = part.role == StorageRole::buffer || part.role == StorageRole::chunk;
        return holds_elements && (known == DebugTypeId() || begins_with(input_.book, container.element, known));
    });
}

// Whether what the program declared of a block is what this container's storage is made of.
bool Propagation::may_be_storage(const ContainerClass& container, const Part& part) const {
    const Type& declared = input_.types.at(rows_[part.block.index()].known);
    const DebugTypeId known = declared.layout;
    const auto is_known = [&](const ContainerClass::Node& node) { return node.type == known; };
    switch (part.role) {
        case StorageRole::node:
            return declared.form == Type::Form::storage && (known == DebugTypeId() || container.nodes.empty() ||
                                                            std::ranges::any_of(container.nodes, is_known));
        case StorageRole::buckets:
            return known == DebugTypeId() || input_.book.type(known).kind == TypeKind::pointer;
        default:
            return known == DebugTypeId() || known == container.element ||
                   input_.book.type(known).kind == TypeKind::basic;
    }
}

void Propagation::claim(const ContainerClass& container, const Place& place, const Reading& reading) {
    const Part& any = reading.parts.front();
    const uint32_t owner = any.is_whole_block ? containers_.of_block[any.block.index()].container : no_container;
    if (owner != no_container) return;  // the same one, met by another way
    const auto number = static_cast<uint32_t>(containers_.all.size());
    Container entry;
    entry.place = place;
    entry.type = container.type;
    entry.element = container.element;
    entry.elements = reading.elements;
    entry.capacity = reading.capacity;
    entry.is_count_exact = reading.is_count_exact;
    for (const Part& part : reading.parts) entry.storage_blocks += part.is_whole_block ? 1 : 0;
    containers_.all.push_back(entry);
    const bool has_fields = !input_.layouts.fields_of(container.element).empty();
    for (const Part& part : reading.parts) {
        if (part.is_whole_block) claim_part(container, number, part);
        if (part.elements != 0 && has_fields)
            open_.push_back({{false, part.block.value, part.offset_bytes}, container.element, part.elements});
    }
}

void Propagation::claim_part(const ContainerClass& container, uint32_t number, const Part& part) {
    const size_t block = part.block.index();
    size_t node = 0;
    if (part.role == StorageRole::node)
        while (node + 1 < container.nodes.size() &&
               container.nodes[node].size_bytes != input_.memory.blocks().size_bytes(part.block))
            ++node;
    const TypeId type = input_.types.storage(container, part.role, node);
    Row& row = rows_[block];
    const TypeId before = row.reached;
    const bool was_other = before != unknown_type && input_.types.at(before).layout != input_.types.at(type).layout;
    counts_.conflicts += was_other ? 1 : 0;
    containers_.of_block[block] = {number, part.first};
    containers_.role_of[block] = part.role;
    row.reached = type;
    row.reached_by = round_;
    row.is_expanded = true;
}

}  // namespace heapkit::types
