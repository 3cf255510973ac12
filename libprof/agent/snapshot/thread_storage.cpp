// SPDX-License-Identifier: MIT
//
// Where each thread keeps the thread-local variables of each module. Side: agent, floor 3 (snapshot). Child of a
// snapshot only.
//
// A thread's vector (DTV) has an entry for each module with such variables. glibc fills it for what is loaded when the
// thread begins; for libraries that come later when the thread first touches a variable of theirs, and then their
// storage is a block of the heap. What lies below the thread pointer lies there for each thread at the same distance,
// also where a vector does not say so yet. A library that came by dlopen and has all it needs below the thread pointer
// (-ftls-model=initial-exec) is in no vector at all: its variables are roots without names.
#include "record/tables.h"
#include "snapshot/control_block.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

bool is_static(const Writer& writer, uintptr_t pointer, uintptr_t storage) noexcept {
    return storage < pointer && pointer - storage <= writer.frozen.segments.tls_bytes;
}

// How far below the thread pointer a module's storage begins; 0 when it is elsewhere, or nobody knows.
uintptr_t distance_of(const Writer& writer, uint64_t tls_module) noexcept {
    for (const uintptr_t pointer : writer.thread_pointers) {
        const uintptr_t storage = pointer == 0 ? 0 : storage_of(pointer, tls_module);
        if (storage != 0 && is_static(writer, pointer, storage)) return pointer - storage;
    }
    return 0;
}

// Of a module that was unloaded the vector may still name a block, which is then too small or gone.
bool is_block_of(const Writer& writer, uintptr_t storage, uint64_t bytes) noexcept {
    const Index::Found found = writer.index.find(storage);
    if (found.place != Index::Place::start && found.place != Index::Place::inside) return false;
    const uint64_t offset = found.place == Index::Place::start ? 0 : found.offset;
    return bytes <= writer.index.size(found.block) - offset;
}

void add_root(Writer& writer, uint32_t owner, uintptr_t storage, uint64_t bytes) noexcept {
    prof_root root{};
    root.kind = PROF_ROOT_TLS;
    root.owner = owner;
    root.address = storage;
    root.bytes = bytes & ~uint64_t{7};
    if (!writer.roots.push(root)) tables::lose(PROF_LOSS_NO_MEMORY);
}

void list_module(Writer& writer, uint32_t index, const tables::Module& module) noexcept {
    const uintptr_t distance = distance_of(writer, module.tls_module);
    for (uint32_t owner = 0; owner < writer.threads.size(); ++owner) {
        const uintptr_t pointer = writer.thread_pointers[owner];
        if (pointer == 0 || (writer.threads[owner].flags & PROF_THREAD_ALIVE) == 0) continue;
        uintptr_t storage = distance != 0 ? pointer - distance : storage_of(pointer, module.tls_module);
        if (distance == 0) {
            if (storage == 0 || !is_block_of(writer, storage, module.tls_bytes)) continue;
            add_root(writer, owner, storage, module.tls_bytes);
        }
        if (!writer.thread_storage.push({owner, index, storage, module.tls_bytes}))
            return tables::lose(PROF_LOSS_NO_MEMORY);
    }
}

}  // namespace

void list_thread_storage(Writer& writer) noexcept {
    for (uint32_t i = 0; i < writer.modules.size(); ++i) {
        const tables::Module& module = tables::module(i);
        if (module.last_generation != PROF_GENERATION_ALIVE || module.tls_module == 0) continue;
        if (module.tls_bytes == 0 || (writer.modules[i].flags & PROF_MODULE_AGENT) != 0) continue;
        list_module(writer, i, module);
    }
}

}  // namespace prof::snapshot
