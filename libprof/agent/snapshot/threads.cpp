// SPDX-License-Identifier: MIT
//
// The threads section: those that allocated, and those that live. Side: agent, floor 3 (snapshot). Child of a snapshot
// only.
#include <fcntl.h>

#include "base/syscalls.h"
#include "base/text.h"
#include "record/tables.h"
#include "snapshot/control_block.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

// Asked of the program itself, which runs on: in the copy there is one thread.
void name_thread(prof_thread& thread, uint32_t pid) noexcept {
    Text<64> path;
    path.add("/proc/").add_number(pid).add("/task/").add_number(thread.tid).add("/comm");
    const int fd = sys::open(path.c_str(), O_RDONLY);
    if (fd < 0) return;
    const long got = sys::read(fd, thread.name, sizeof thread.name - 1);
    sys::close(fd);
    const size_t end = got > 0 ? static_cast<size_t>(got) : 0;
    thread.name[end] = '\0';
    if (end > 0 && thread.name[end - 1] == '\n') thread.name[end - 1] = '\0';
}

void live(prof_thread& thread, const LivingThread& living, Writer& writer) noexcept {
    const Frozen& frozen = writer.frozen;
    thread.flags |= PROF_THREAD_ALIVE;
    thread.last_tick = UINT32_MAX;
    if (living.registers != nullptr) thread.flags |= PROF_THREAD_REGISTERS_KNOWN;
    if (living.tid == frozen.pid) thread.flags |= PROF_THREAD_MAIN;
    if (living.tid == frozen.tid) thread.flags |= PROF_THREAD_SNAPSHOTTER;
    thread.stack_pointer = living.stack_pointer;
    thread.program_counter = living.program_counter;
    if (const prof_map* map = writer.maps.at(living.stack_pointer); map != nullptr && thread.stack_start == 0) {
        thread.stack_start = map->start;
        thread.stack_end = map->end;
    }
    name_thread(thread, frozen.pid);
}

// The recorder notices only now and then that a thread has ended.
void ended(prof_thread& thread, const Writer& writer) noexcept {
    thread.flags = static_cast<uint16_t>(thread.flags & ~PROF_THREAD_ALIVE);
    if (thread.last_tick == UINT32_MAX) thread.last_tick = writer.frozen.tick;
}

// A block between two steps of realloc is in no table; what it holds is still held.
void note_in_flight(const tables::Thread& thread, Writer& writer) noexcept {
    if (thread.in_flight.address == 0 || !writer.in_flight.push(thread.in_flight)) return;
    for (size_t i = writer.in_flight.size() - 1; i > 0; --i) {
        tables::Block &low = writer.in_flight[i - 1], &high = writer.in_flight[i];
        if (low.address <= high.address) break;
        const tables::Block moved = low;
        low = high;
        high = moved;
    }
    prof_root root{};
    root.kind = PROF_ROOT_IN_FLIGHT;
    root.owner = static_cast<uint32_t>(writer.threads.size());
    root.bytes = sizeof(uint64_t);
    writer.held.push({root, thread.in_flight.address});
}

// What the thread itself said when it stopped, or the recorder when it first met it.
uintptr_t pointer_of(const LivingThread* living, uintptr_t recorded, uintptr_t stack_end,
                     const Frozen& frozen) noexcept {
    if (living == nullptr) return 0;
    if (living->thread_pointer != 0) return living->thread_pointer;
    if (recorded != 0) return recorded;
    return living->tid == frozen.pid ? frozen.main_thread_pointer : find_control_block(stack_end);
}

}  // namespace

void list_threads(Writer& writer) noexcept {
    auto* seen = static_cast<bool*>(arena::map(Living::most));
    if (seen == nullptr) return tables::lose(PROF_LOSS_NO_MEMORY);
    const Living& living = writer.frozen.living;
    for (uint32_t i = 0; i < tables::thread_count(); ++i) {
        tables::Thread thread{};
        tables::thread(i, thread);
        const LivingThread* alive = thread.facts.last_tick == UINT32_MAX ? living.find(thread.facts.tid) : nullptr;
        if (alive != nullptr) {
            seen[alive - living.thread] = true;
            live(thread.facts, *alive, writer);
            note_in_flight(thread, writer);
        } else {
            ended(thread.facts, writer);
        }
        writer.thread_pointers.push(pointer_of(alive, thread.pointer, thread.facts.stack_end, writer.frozen));
        if (!writer.threads.push(thread.facts)) return tables::lose(PROF_LOSS_NO_MEMORY);
    }
    for (size_t i = 0; i < living.count; ++i) {
        if (seen[i]) continue;
        prof_thread silent{};
        silent.tid = living.thread[i].tid;
        live(silent, living.thread[i], writer);
        writer.thread_pointers.push(pointer_of(&living.thread[i], 0, silent.stack_end, writer.frozen));
        if (!writer.threads.push(silent)) return tables::lose(PROF_LOSS_NO_MEMORY);
    }
    for (const prof_thread& thread : writer.threads) {
        if ((thread.flags & PROF_THREAD_ALIVE) != 0) {
            writer.ranges.add(thread.stack_start, thread.stack_end, PROF_WORD_STACK);
        }
    }
}

}  // namespace prof::snapshot
