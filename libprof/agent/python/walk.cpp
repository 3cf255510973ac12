// SPDX-License-Identifier: MIT
//
// The collector's lists, and what tp_traverse reaches. Side: agent, floor 4 (python). See walk.h.
#include "python/walk.h"

#include <initializer_list>

#include "base/text.h"
#include "python/labels.h"
#include "python/memory.h"
#include "snapshot/faults.h"

namespace prof::python {

namespace {

namespace faults = snapshot::faults;

// ---- The collector -------------------------------------------------------------------------------------------------

// From 3.8 to 3.13 its state holds, among others:
//
//     struct { PyGC_Head head; int threshold, count; } generations[3];
//     PyGC_Head* generation0;                                            always &generations[0].head
//     struct { … } permanent_generation;
//     struct { Py_ssize_t collections, collected, uncollectable; } stats[3];
//     int collecting;
//
// It lies in the interpreter's state, in 3.8 in the runtime's, at an offset that moves from version to version; the
// pointer to its own neighbour gives it away.
enum : uint16_t { generation_bytes = 24, generations = 3, stats_bytes = 24 };
constexpr Address own_pointer = generations * generation_bytes;
constexpr Address searched_bytes = 16 << 10;

bool is_list_head(Address head) noexcept {
    const Address next = pointer_at(head + gc_next) & ~gc_flags, previous = pointer_at(head + gc_previous) & ~gc_flags;
    return next != 0 && previous != 0 && (pointer_at(next + gc_previous) & ~gc_flags) == head &&
           (pointer_at(previous + gc_next) & ~gc_flags) == head;
}

struct Search {
    Address from;
    Address found;
};

long search(void* argument) {
    auto& wanted = *static_cast<Search*>(argument);
    for (Address at = wanted.from; at < wanted.from + searched_bytes; at += sizeof(void*)) {
        if (pointer_at(at + own_pointer) != at || !is_list_head(at)) continue;
        wanted.found = at;
        return 0;
    }
    return -1;
}

Address find_generations(const Walk& walk) noexcept {
    const auto interpreter = reinterpret_cast<Address>(walk.python.main_interpreter());
    for (const Address from : {interpreter, walk.python.runtime}) {
        Search wanted{from, 0};
        if (from != 0 && faults::guarded(search, &wanted) == 0) return wanted.found;
    }
    return 0;
}

struct Tracked {
    Walk& walk;
    Address head;
    uint32_t flags;  // of its objects
};

// Whether it came back to its head.
long list_generation(void* argument) {
    auto& [walk, head, flags] = *static_cast<Tracked*>(argument);
    for (Address at = pointer_at(head + gc_next) & ~gc_flags; at != head; at = pointer_at(at + gc_next) & ~gc_flags) {
        if (walk.writer.deadline.is_over(1024)) return walk.is_cut = true, 0;
        const Address address = at + gc_head_bytes;
        if (walk.object_at.find(address) != Addresses::none) return -1;  // a ring that does not come back
        const uint32_t object = walk.object(address);
        if (object == PROF_PYTHON_NONE) return -1;
        walk.objects[object].flags |= flags;
    }
    return 0;
}

// ---- References ----------------------------------------------------------------------------------------------------

struct Visited {
    Walk& walk;
    uint32_t number;
    Growing<Address>& targets;
    Growing<Label>& labels;
};

int visit(void* object, void* argument) {
    auto& targets = *static_cast<Growing<Address>*>(argument);
    if (object != nullptr) targets.push(reinterpret_cast<Address>(object));
    return 0;
}

long traverse(void* argument) {
    auto& one = *static_cast<Visited*>(argument);
    auto* const object = reinterpret_cast<void*>(one.walk.objects[one.number].address);
    const Class its = one.walk.classes.at(one.walk.class_of[one.number]);
    if (its.traverse == nullptr || (its.is_gc != nullptr && its.is_gc(object) == 0)) return 0;
    its.traverse(object, visit, &one.targets);
    return 0;
}

long label(void* argument) {
    auto& one = *static_cast<Visited*>(argument);
    prof_python_object& object = one.walk.objects[one.number];
    const Class its = one.walk.classes.at(one.walk.class_of[one.number]);
    if (one.targets.size() > 0) list_labels(one.walk, object.address, its, one.labels);
    const uint32_t text = text_of(one.walk, object.address, its);
    one.walk.objects[one.number].text = text;
    return 0;
}

// deque_traverse goes through its elements from the left, and may begin with the class.
uint32_t name_of_element(const Walk& walk, uint32_t of_class, Address target, uint32_t& elements) noexcept {
    const Class& its = walk.classes.at(of_class);
    if (its.kind != Class::Kind::deque || target == its.address) return PROF_PYTHON_UNNAMED;
    return name_of(PROF_PYTHON_INDEX, elements++);
}

struct Asked {
    Walk& walk;
    Address address;
    uint32_t number;
};
long ask_for_object(void* argument) {
    auto& asked = *static_cast<Asked*>(argument);
    asked.number = asked.walk.object(asked.address);
    return 0;
}

void follow_one(Walk& walk, uint32_t number, Growing<Address>& targets, Growing<Label>& labels) noexcept {
    targets.pop_to(0);
    labels.pop_to(0);
    Visited one{walk, number, targets, labels};
    if (faults::guarded(traverse, &one) != 0) {
        walk.objects[number].flags |= PROF_PYTHON_DAMAGED;
        ++walk.damaged;
    }
    faults::guarded(label, &one);
    Matcher matcher(labels);
    uint32_t elements = 0;
    for (const Address target : targets) {
        Asked asked{walk, target, PROF_PYTHON_NONE};
        faults::guarded(ask_for_object, &asked);
        if (asked.number == PROF_PYTHON_NONE) continue;
        uint32_t name = matcher.name_for(target);
        if (name == PROF_PYTHON_UNNAMED) name = name_of_element(walk, walk.class_of[number], target, elements);
        if (!walk.references.push({.to = asked.number, .name = name})) walk.is_cut = true;
    }
}

// ---- Closures ------------------------------------------------------------------------------------------------------

struct Closure {
    Walk& walk;
    Address function;
    uint32_t tuple;
};

uint32_t begin_of(const Walk& walk, uint32_t object) noexcept {
    return object == 0 ? 0 : walk.objects[object - 1].references_end;
}

// The elements of its closure's tuple are called as the variables that they keep.
long name_cells(void* argument) {
    auto& [walk, function, tuple] = *static_cast<Closure*>(argument);
    const Layout& layout = *walk.python.layout;
    const Address code = pointer_at(function + layout.func_code);
    Address names;
    intptr_t first = 0;
    if (layout.co_freevars != 0) {
        names = pointer_at(code + layout.co_freevars);
    } else {
        names = pointer_at(code + layout.co_varnames);
        first = read<int>(code + layout.co_nlocalsplus) - read<int>(code + layout.co_nfreevars);
    }
    for (uint32_t i = begin_of(walk, tuple); i < walk.objects[tuple].references_end; ++i) {
        prof_python_reference& reference = walk.references[i];
        if ((reference.name & ((1u << PROF_PYTHON_NAME_BITS) - 1)) != PROF_PYTHON_INDEX) continue;
        const intptr_t at = first + (reference.name >> PROF_PYTHON_NAME_BITS);
        if (at < 0 || at >= count_of(names)) continue;
        const Address name = pointer_at(items_of_tuple(names) + static_cast<Address>(at) * sizeof(void*));
        reference.name = name_of(PROF_PYTHON_CELL, walk.texts.of_identifier(name));
    }
    return 0;
}

void name_closures(Walk& walk) noexcept {
    for (uint32_t i = 0; i < walk.objects.size(); ++i) {
        if (walk.classes.at(walk.class_of[i]).kind != Class::Kind::function) continue;
        Closure closure{walk, walk.objects[i].address, PROF_PYTHON_NONE};
        for (uint32_t k = begin_of(walk, i); k < walk.objects[i].references_end; ++k) {
            const uint32_t name = walk.references[k].name;
            const char* const text = walk.writer.strings.at(name >> PROF_PYTHON_NAME_BITS);
            const bool is_attribute = (name & ((1u << PROF_PYTHON_NAME_BITS) - 1)) == PROF_PYTHON_ATTRIBUTE;
            if (is_attribute && same_text(text, "__closure__")) closure.tuple = walk.references[k].to;
        }
        if (closure.tuple != PROF_PYTHON_NONE) faults::guarded(name_cells, &closure);
    }
}

}  // namespace

uint32_t Walk::object(Address address) noexcept {
    if (const uint32_t known = object_at.find(address); known != Addresses::none) return known;
    if (address == 0 || address % sizeof(void*) != 0) return PROF_PYTHON_NONE;
    const uint32_t its_class = classes.of(type_of(address));
    if (its_class == Classes::none) return PROF_PYTHON_NONE;
    const auto number = static_cast<uint32_t>(objects.size());
    const auto count = read<uint64_t>(address + ob_refcnt);
    prof_python_object made{};
    made.address = address;
    made.type = its_class + 1;
    made.block = PROF_PYTHON_NONE;
    made.reference_count = static_cast<uint32_t>(count < UINT32_MAX ? count : UINT32_MAX);
    if ((classes.at(its_class).flags & flag_is_class) != 0) made.flags |= PROF_PYTHON_CLASS;
    const snapshot::Index::Found found = writer.index.find(address);
    if (found.place == snapshot::Index::Place::start || found.place == snapshot::Index::Place::inside)
        made.block = found.block;
    if (!objects.push(made) || !class_of.push(its_class) || object_at.add(address, number) == Addresses::none) {
        is_cut = true;
        return PROF_PYTHON_NONE;
    }
    return number;
}

bool list_tracked(Walk& walk) noexcept {
    const Address first = find_generations(walk);
    if (first == 0) return false;
    const Address permanent = first + own_pointer + sizeof(void*);
    const Address collecting = permanent + generation_bytes + generations * stats_bytes;
    walk.is_collecting = read<int>(collecting) != 0;
    const Address heads[] = {first, first + generation_bytes, first + 2 * generation_bytes, permanent};
    bool all_come_back = true;
    for (const Address head : heads) {
        // gc.get_objects() leaves out what gc.freeze() put aside.
        Tracked tracked{walk, head, head == permanent ? 0 : uint32_t{PROF_PYTHON_TRACKED}};
        all_come_back &= faults::guarded(list_generation, &tracked) == 0;
    }
    return all_come_back || walk.is_collecting;
}

void follow(Walk& walk) noexcept {
    Growing<Address> targets;
    Growing<Label> labels;
    for (uint32_t i = 0; i < walk.objects.size(); ++i) {
        if (walk.writer.deadline.is_over(256)) walk.is_cut = true;
        if (!walk.is_cut) follow_one(walk, i, targets, labels);
        walk.objects[i].references_end = static_cast<uint32_t>(walk.references.size());
    }
    name_closures(walk);
}

}  // namespace prof::python
