// SPDX-License-Identifier: MIT
//
// Where the program keeps pointers outside of blocks. Side: agent, floor 3 (snapshot). Child of a snapshot only.
//
//   globals     writable segments of modules, the part that is read-only after relocation left out
//   stacks      from the stack pointer to the end of the mapping, with the 128 bytes below it (the ABI's red zone)
//   where
//               the thread is not known to be in a call; a stack whose pointer is unknown is taken whole. Static TLS of
//               a thread other than the main one lies on top of it
//   registers   of threads that are known to stand still; where a signal stopped them, also what the kernel saved of
//               the vector registers: they hold pointers for a moment when code moves two at once
//   TLS         of each thread, around its thread pointer: static storage below, the control block above with the
//               first values of pthread_setspecific. Storage of libraries that came later is in blocks, which the
//               thread's vector (DTV) refers to; that one is a block too, but pointed to 16 bytes from its start.
//               thread_storage.cpp says which module's variables lie where
//   mappings    what the program took from mmap itself: mappings.cpp
//   declared    what the program named: a block is held by its start; memory that is no block is read like a global
//
// The agent's own memory is never among them.
#include "record/declared.h"
#include "record/tables.h"
#include "snapshot/control_block.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

constexpr uintptr_t red_zone_bytes = 128;
constexpr uintptr_t control_block_bytes = 2560;  // struct pthread of every glibc so far is smaller

constexpr uintptr_t up(uintptr_t address) noexcept { return (address + 7) & ~uintptr_t{7}; }
constexpr uintptr_t down(uintptr_t address) noexcept { return address & ~uintptr_t{7}; }

void add(Writer& writer, prof_root_kind kind, size_t owner, uintptr_t start, uintptr_t end) noexcept {
    if (start >= end) return;
    prof_root root{};
    root.kind = kind;
    root.owner = static_cast<uint32_t>(owner);
    root.address = start;
    root.bytes = end - start;
    if (!writer.roots.push(root)) tables::lose(PROF_LOSS_NO_MEMORY);
}

void add_globals(Writer& writer) noexcept {
    const Segments& segments = writer.frozen.segments;
    for (size_t i = 0; i < segments.count; ++i) {
        const Segment& segment = segments.segment[i];
        for (size_t owner = 0; owner < writer.modules.size(); ++owner) {
            const prof_module& module = writer.modules[owner];
            if (module.last_generation != PROF_GENERATION_ALIVE || module.bias != segment.bias) continue;
            if (segment.start < module.start || segment.start >= module.end) continue;
            add(writer, PROF_ROOT_GLOBALS, owner, segment.start, segment.end);
            break;
        }
    }
}

const Registers* registers_of(const Writer& writer, size_t owner) noexcept {
    const LivingThread* living = writer.frozen.living.find(writer.threads[owner].tid);
    return living == nullptr ? nullptr : living->registers;
}

// Below the stack pointer of the code that the signal interrupted, or on a stack of its own.
void add_signal_frame(Writer& writer, size_t owner, uintptr_t stack_start) noexcept {
    const Registers* registers = registers_of(writer, owner);
    if (registers == nullptr || registers->frame_start == 0) return;
    uintptr_t end = down(registers->frame_end);
    if (registers->frame_start < stack_start && end > stack_start) end = stack_start;
    add(writer, PROF_ROOT_STACK, owner, up(registers->frame_start), end);
}

// A thread that came to us by a call cannot use the red zone below it.
uintptr_t below_pointer(const Writer& writer, size_t owner) noexcept {
    const Registers* registers = registers_of(writer, owner);
    return registers != nullptr && registers->frame_start == 0 ? 0 : red_zone_bytes;
}

void add_stack(Writer& writer, size_t owner) noexcept {
    const prof_thread& thread = writer.threads[owner];
    const uintptr_t pointer = thread.stack_pointer, below = below_pointer(writer, owner);
    const bool on_own_stack = pointer >= thread.stack_start && pointer < thread.stack_end;
    uintptr_t start = thread.stack_start;
    if (on_own_stack && pointer - start > below) start = down(pointer - below);
    add(writer, PROF_ROOT_STACK, owner, start, thread.stack_end);
    add_signal_frame(writer, owner, start);
    if (on_own_stack || pointer == 0) return;
    // On a coroutine's or a signal's stack: a block of the heap, or a mapping.
    uintptr_t end = 0;
    if (const prof_map* map = writer.maps.at(pointer)) end = map->end;
    const Index::Found found = writer.index.find(pointer);
    if (found.place == Index::Place::inside) end = writer.index.address(found.block) + writer.index.size(found.block);
    add(writer, PROF_ROOT_STACK, owner, down(pointer - below), down(end));
}

void add_tls(Writer& writer, size_t owner) noexcept {
    const uintptr_t pointer = writer.thread_pointers[owner];
    const prof_map* map = writer.maps.at(pointer);
    if (pointer == 0 || map == nullptr) return;
    const prof_thread& thread = writer.threads[owner];
    const uintptr_t below = writer.frozen.segments.tls_bytes, above = control_block_bytes;
    uintptr_t start = pointer - map->start > below ? up(pointer - below) : map->start;
    if (thread.stack_start < pointer && thread.stack_end > start) start = thread.stack_end;  // below it the stack's
    const uintptr_t end = map->end - pointer > above ? pointer + above : map->end;
    add(writer, PROF_ROOT_TLS, owner, start, end);
    hold_vector(writer, PROF_ROOT_TLS, owner, pointer);
}

void add_registers(Writer& writer, size_t owner) noexcept {
    prof_root root{};
    root.kind = PROF_ROOT_REGISTERS;
    root.owner = static_cast<uint32_t>(owner);
    root.bytes = Registers::count * sizeof(uint64_t);
    if (!writer.roots.push(root)) tables::lose(PROF_LOSS_NO_MEMORY);
}

void add_declared(Writer& writer) noexcept {
    for (size_t place = 0; place < declared::most; ++place) {
        declared::Root object;
        if (!declared::at(place, object)) continue;
        const uint32_t name = writer.strings.add(object.name);
        const Index::Found found = writer.index.find(object.address);
        if (found.place == Index::Place::start || found.place == Index::Place::inside) {
            prof_root root{};
            root.kind = PROF_ROOT_DECLARED;
            root.owner = name;
            root.address = object.address;
            root.bytes = sizeof(uint64_t);
            if (!writer.held.push({root, writer.index.address(found.block)})) tables::lose(PROF_LOSS_NO_MEMORY);
        } else if (writer.maps.at(object.address) != nullptr) {
            add(writer, PROF_ROOT_DECLARED, name, up(object.address), down(object.address + object.bytes));
        }
    }
}

}  // namespace

void hold_vector(Writer& writer, prof_root_kind kind, size_t owner, uintptr_t control_block) noexcept {
    const uintptr_t vector = vector_of(control_block);
    if (writer.index.find(vector).place != Index::Place::start) return;
    prof_root root{};
    root.kind = kind;
    root.owner = static_cast<uint32_t>(owner);
    root.address = control_block + sizeof(void*);
    root.bytes = sizeof(uint64_t);
    if (!writer.held.push({root, vector})) tables::lose(PROF_LOSS_NO_MEMORY);
}

void list_roots(Writer& writer) noexcept {
    add_globals(writer);
    for (size_t i = 0; i < writer.threads.size(); ++i) {
        const prof_thread& thread = writer.threads[i];
        if ((thread.flags & PROF_THREAD_ALIVE) == 0) continue;
        add_stack(writer, i);
        add_tls(writer, i);
        if ((thread.flags & PROF_THREAD_REGISTERS_KNOWN) != 0) add_registers(writer, i);
    }
    list_thread_storage(writer);
    add_declared(writer);
    list_mappings(writer);
}

}  // namespace prof::snapshot
