// SPDX-License-Identifier: MIT
//
// Declared types: see types.h.
//
// Side:    agent, floor 2 (record).
#include "types.h"

#include <cstring>

#include <prof/format.h>

#include "base/lock.h"
#include "event.h"
#include "numbers.h"
#include "segments.h"
#include "state.h"
#include "tables.h"
#include "texts.h"

namespace prof::types {

constinit std::atomic<uint32_t> total{1};  // row 0 is nobody's

namespace {

static_assert(uint32_t{PROF_NAME_MANGLED} == uint32_t{PROF_DECLARED_MANGLED});
static_assert(uint32_t{PROF_FIELD_POINTER} == uint32_t{PROF_DECLARED_POINTER});

constinit Lock lock;
constinit Segments<Type, 6> rows{};
constinit Segments<Field, 8> fields{};
constinit std::atomic<uint32_t> field_total{0};
constinit Numbers<most> numbers{};
constinit Texts texts{};

// A declaration, its fields by offset.
struct Wanted {
    const prof_type_declaration& said;
    uint16_t order[most_fields_of_one];
    uint64_t hash;

    const prof_field_declaration& field(uint32_t i) const noexcept { return said.fields[order[i]]; }
};

const char* text_or_empty(const char* text) noexcept { return text == nullptr ? "" : text; }

bool is_name(const char* text) noexcept {
    return text != nullptr && *text != '\0' && strnlen(text, most_name_bytes + 1) <= most_name_bytes;
}

// ---- Whether it makes sense ----------------------------------------------------------------------------------------

bool is_sound(const prof_field_declaration& field, uint64_t type_bytes) noexcept {
    return is_name(field.name) && (field.type == nullptr || *field.type == '\0' || is_name(field.type)) &&
           field.bytes != 0 && field.offset < type_bytes && field.bytes <= type_bytes - field.offset;
}

bool is_sound(const prof_type_declaration& said) noexcept {
    if (!is_name(said.name) || said.bytes == 0 || said.bytes > most_bytes) return false;
    if (said.field_count > most_fields_of_one || (said.field_count != 0 && said.fields == nullptr)) return false;
    for (uint32_t i = 0; i < said.field_count; ++i)
        if (!is_sound(said.fields[i], said.bytes)) return false;
    return true;
}

// By insertion: those of a class come in order. False: two overlap.
bool put_in_order(Wanted& wanted) noexcept {
    for (uint32_t i = 0; i < wanted.said.field_count; ++i) {
        uint32_t at = i;
        for (; at > 0 && wanted.field(at - 1).offset > wanted.said.fields[i].offset; --at)
            wanted.order[at] = wanted.order[at - 1];
        wanted.order[at] = static_cast<uint16_t>(i);
    }
    for (uint32_t i = 1; i < wanted.said.field_count; ++i)
        if (wanted.field(i).offset - wanted.field(i - 1).offset < wanted.field(i - 1).bytes) return false;
    return true;
}

// ---- Whether it is known -------------------------------------------------------------------------------------------

constexpr uint32_t flag_mask = PROF_DECLARED_MANGLED | PROF_DECLARED_POINTER;

uint64_t hash_of(const Wanted& wanted) noexcept {
    const prof_type_declaration& said = wanted.said;
    uint64_t hash = hash_bytes(said.name, std::strlen(said.name), said.bytes);
    for (uint32_t i = 0; i < said.field_count; ++i)
        hash = hash_bytes(wanted.field(i).name, std::strlen(wanted.field(i).name), hash ^ wanted.field(i).offset);
    return hash;
}

bool is_same(const char* one, const char* other) noexcept {
    const size_t bytes = std::strlen(one);
    return bytes == std::strlen(other) && std::memcmp(one, other, bytes) == 0;
}

bool is_same(const Field& there, const prof_field_declaration& said) noexcept {
    return there.offset == said.offset && there.bytes == said.bytes && there.flags == (said.flags & flag_mask) &&
           is_same(there.name, said.name) && is_same(there.type, text_or_empty(said.type));
}

bool is_same(const Type& there, const Wanted& wanted) noexcept {
    const prof_type_declaration& said = wanted.said;
    if (there.hash != wanted.hash || there.bytes != said.bytes || there.flags != (said.flags & flag_mask) ||
        there.fields_end - there.fields_begin != said.field_count || !is_same(there.name, said.name))
        return false;
    for (uint32_t i = 0; i < said.field_count; ++i)
        if (!is_same(fields.at(there.fields_begin + i), wanted.field(i))) return false;
    return true;
}

uint32_t find(const Wanted& wanted) noexcept {
    return numbers.find(wanted.hash, [&](uint32_t number) { return is_same(rows.at(number), wanted); });
}

// ---- Adding --------------------------------------------------------------------------------------------------------

const char* keep(const char* text) noexcept { return *text == '\0' ? "" : texts.keep(text, std::strlen(text)); }

// Fields that no type names any more, because memory ran out half-way, are written over by the next one's.
bool put_fields(const Wanted& wanted, uint32_t begin) noexcept {
    for (uint32_t i = 0; i < wanted.said.field_count; ++i) {
        const prof_field_declaration& said = wanted.field(i);
        const Field made{.offset = said.offset,
                         .bytes = said.bytes,
                         .name = keep(said.name),
                         .type = keep(text_or_empty(said.type)),
                         .flags = said.flags & flag_mask};
        if (made.name == nullptr || made.type == nullptr || !fields.reserve(begin + i)) return false;
        fields.at(begin + i) = made;
    }
    return true;
}

// 0: no memory.
uint32_t add(const Wanted& wanted) noexcept {
    Hold hold(lock);
    if (!hold) return none;
    if (const uint32_t known = find(wanted); known != none) return known;
    const uint32_t number = total.load(std::memory_order_relaxed), begin = field_total.load(std::memory_order_relaxed);
    const uint32_t end = begin + wanted.said.field_count;
    if (number >= most || end > most_fields || !numbers.reserve() || !rows.reserve(number)) return none;
    const char* const name = keep(wanted.said.name);
    if (name == nullptr || !put_fields(wanted, begin)) return none;
    rows.at(number) = {.name = name,
                       .bytes = wanted.said.bytes,
                       .hash = wanted.hash,
                       .flags = wanted.said.flags & flag_mask,
                       .fields_begin = begin,
                       .fields_end = end};
    field_total.store(end, std::memory_order_release);
    total.store(number + 1, std::memory_order_release);
    numbers.add(wanted.hash, number);
    return number;
}

bool is_full(uint32_t more_fields) noexcept {
    return total.load(std::memory_order_relaxed) >= most ||
           field_total.load(std::memory_order_relaxed) + more_fields > most_fields;
}

}  // namespace

uint32_t declare(const prof_type_declaration* said) noexcept {
    if (shadow.mode.load(std::memory_order_relaxed) == 0) return none;
    if (said == nullptr || !is_sound(*said)) return tables::lose(PROF_LOSS_REPORTS), none;
    Wanted wanted{.said = *said, .order = {}, .hash = 0};
    if (!put_in_order(wanted)) return tables::lose(PROF_LOSS_REPORTS), none;
    wanted.hash = hash_of(wanted);
    if (const uint32_t known = find(wanted); known != none) return known;
    if (is_full(said->field_count)) return tables::lose(PROF_LOSS_TABLE_FULL), none;
    Thread* thread = event::begin();
    if (thread == nullptr) return none;
    const uint32_t made = add(wanted);
    event::end(*thread);
    if (made == none) tables::lose(PROF_LOSS_NO_MEMORY);
    return made;
}

const Type& type(uint32_t number) noexcept { return rows.at(number); }
uint32_t field_count() noexcept { return field_total.load(std::memory_order_acquire); }
const Field& field(uint32_t number) noexcept { return fields.at(number); }

void reset_lock() noexcept { lock.reset(); }

}  // namespace prof::types
