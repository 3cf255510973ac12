// SPDX-License-Identifier: MIT
//
// Modules: see modules.h. What is there now comes from _dl_find_object (glibc 2.35: lock-free), else from
// dl_iterate_phdr; both are brought to the same description, which is compared with the record of the range.
//
// Side:    agent, floor 2 (record).
#include "modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include <cstring>

#include "base/arena.h"
#include "base/lock.h"
#include "base/next_symbol.h"
#include "segments.h"
#include "shared.h"
#include "state.h"

namespace prof::modules {
namespace {

#ifdef DLFO_STRUCT_HAS_EH_DBASE
// Looked up by name. A weak import would not do: the linker still notes its version as needed, and an older glibc then
// refuses the whole library.
using FindObject = int (*)(void* pc, dl_find_object* result);
constinit FindObject find_object = nullptr;
#endif

constexpr uint16_t max_generation = PROF_GENERATION_TAG - 1;
constexpr size_t max_path_bytes = 4096;
constexpr uint32_t id_bytes = PROF_BUILD_ID_BYTES;
constexpr uint32_t max_modules = 1u << 20;

// A module as the dynamic linker shows it.
struct View {
    uintptr_t bias, start, end;
    const Elf64_Phdr* segments;
    uint32_t segment_count;
    const char* path;
    const uint8_t* eh_frame_header;
    uint64_t tls_module;
    uint64_t tls_bytes;
    uint64_t identity;  // of its build-id and segments
};

struct Record {
    tables::Module facts;
    const uint8_t* eh_frame_header;
    uint64_t identity;
    uint32_t index;
    bool seen;  // by the refresh that is going on
};

constinit Lock lock;
constinit Segments<Record, 6> records{};
constinit Segments<prof_shared_module, first_rows_log2> rows{};
constinit std::atomic<uint32_t> total{0};
constinit std::atomic<uint32_t> generation{0};
constinit std::atomic<uint64_t> unloads{0};

// By words, as each frame of code without unwind tables asks anew which module it is in.
uint64_t mix(uint64_t hash, const void* data, size_t bytes) noexcept {
    auto* at = static_cast<const uint8_t*>(data);
    for (; bytes > 0;) {
        uint64_t word = 0;
        const size_t some = bytes < sizeof word ? bytes : sizeof word;
        std::memcpy(&word, at, some);
        hash = (hash ^ word) * 0xd6e8feb86659fd93;
        hash ^= hash >> 32;
        at += some, bytes -= some;
    }
    return hash;
}

// The build-id note of a module, or null.
const Elf64_Nhdr* build_id_of(const View& view) noexcept {
    for (uint32_t i = 0; i < view.segment_count; ++i) {
        const Elf64_Phdr& segment = view.segments[i];
        if (segment.p_type != PT_NOTE || segment.p_align > 8) continue;
        uintptr_t at = view.bias + segment.p_vaddr, end = at + segment.p_memsz;
        uintptr_t align = segment.p_align == 8 ? 7 : 3;
        while (at + sizeof(Elf64_Nhdr) <= end) {
            auto* note = reinterpret_cast<const Elf64_Nhdr*>(at);
            uintptr_t text = at + sizeof(Elf64_Nhdr), body = (text + note->n_namesz + align) & ~align;
            if (body + note->n_descsz > end) break;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
                std::memcmp(reinterpret_cast<const void*>(text), "GNU", 4) == 0)
                return note;
            at = (body + note->n_descsz + align) & ~align;
        }
    }
    return nullptr;
}

const uint8_t* build_id_bytes(const Elf64_Nhdr* note) noexcept {
    return reinterpret_cast<const uint8_t*>(note) + sizeof(Elf64_Nhdr) + 4;
}

// Fills in what follows from the program headers.
void complete(View& view) noexcept {
    view.start = ~uintptr_t{0};
    view.end = 0;
    view.eh_frame_header = nullptr;
    for (uint32_t i = 0; i < view.segment_count; ++i) {
        const Elf64_Phdr& segment = view.segments[i];
        uintptr_t start = view.bias + segment.p_vaddr;
        if (segment.p_type == PT_GNU_EH_FRAME) view.eh_frame_header = reinterpret_cast<const uint8_t*>(start);
        if (segment.p_type == PT_TLS) view.tls_bytes = segment.p_memsz;
        if (segment.p_type != PT_LOAD) continue;
        uintptr_t page_start = start & ~uintptr_t{4095};
        uintptr_t page_end = (start + segment.p_memsz + 4095) & ~uintptr_t{4095};
        if (page_start < view.start) view.start = page_start;
        if (page_end > view.end) view.end = page_end;
    }
    view.identity = mix(0xcbf29ce484222325, view.segments, view.segment_count * sizeof(Elf64_Phdr));
    if (const Elf64_Nhdr* note = build_id_of(view); note != nullptr)
        view.identity = mix(view.identity, build_id_bytes(note), note->n_descsz);
}

View view_of(const dl_phdr_info& info) noexcept {
    View view{};
    view.bias = info.dlpi_addr;
    view.segments = info.dlpi_phdr;
    view.segment_count = info.dlpi_phnum;
    view.path = info.dlpi_name;
    view.tls_module = info.dlpi_tls_modid;
    complete(view);
    return view;
}

struct Question {
    uintptr_t pc;
    View answer;
    bool found;
};

int ask(dl_phdr_info* info, size_t, void* data) {
    auto& question = *static_cast<Question*>(data);
    View view = view_of(*info);
    if (question.pc < view.start || question.pc >= view.end) return 0;
    question.answer = view;
    question.found = true;
    return 1;
}

bool view_by_iteration(uintptr_t pc, View& view) noexcept {
    Question question{.pc = pc, .answer = {}, .found = false};
    dl_iterate_phdr(&ask, &question);
    view = question.answer;
    return question.found;
}

bool view_at(uintptr_t pc, View& view) noexcept {
#ifdef DLFO_STRUCT_HAS_EH_DBASE
    dl_find_object found;
    if (find_object != nullptr) {
        if (find_object(reinterpret_cast<void*>(pc), &found) != 0) return false;
        auto* header = static_cast<const Elf64_Ehdr*>(found.dlfo_map_start);
        if (std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0) {
            view = {};
            view.bias = found.dlfo_link_map->l_addr;
            view.path = found.dlfo_link_map->l_name;
            auto* bytes = static_cast<const char*>(found.dlfo_map_start);
            view.segments = reinterpret_cast<const Elf64_Phdr*>(bytes + header->e_phoff);
            view.segment_count = header->e_phnum;
            complete(view);
            return true;
        }
    }
#endif
    return view_by_iteration(pc, view);
}

bool same(const Record& record, const View& view) noexcept {
    return record.facts.start == view.start && record.facts.end == view.end && record.facts.bias == view.bias &&
           record.eh_frame_header == view.eh_frame_header && record.identity == view.identity;
}

const char* copy_path(const char* path) noexcept {
    size_t bytes = strnlen(path == nullptr ? "" : path, max_path_bytes);
    if (bytes == 0) return "";
    auto* copy = static_cast<char*>(arena::take(bytes + 1));
    if (copy == nullptr) return "";
    std::memcpy(copy, path, bytes);
    return copy;
}

// For heapkit run, when there is one: it must know the modules of a process that is gone.
void show(uint32_t index) noexcept {
    if (!(shared::is_on() || shared::is_reserved()) || index >= PROF_SHARED_MODULES_AT_MOST || !rows.reserve(index))
        return;
    const tables::Module& facts = records.at(index).facts;
    prof_shared_module& row = rows.at(index);
    row.bias = facts.bias;
    row.start = facts.start;
    row.end = facts.end;
    row.first_generation = facts.first_generation;
    row.last_generation = facts.last_generation;
    row.build_id_bytes = facts.build_id_bytes;
    std::memcpy(row.build_id, facts.build_id, sizeof row.build_id);
    const size_t bytes = strnlen(facts.path, sizeof row.path - 1);
    std::memcpy(row.path, facts.path, bytes);
    row.path[bytes] = '\0';
    if (index >= shared_page.module_total) __atomic_store_n(&shared_page.module_total, index + 1, __ATOMIC_RELEASE);
    if (shared::columns.modules.is_cut()) shared_page.cut = 1;
}

bool alive(const Record& record) noexcept { return record.facts.last_generation == PROF_GENERATION_ALIVE; }

// The module of `record` is gone: its addresses may mean something else from now on.
void bury(Record& record) noexcept {
    uint32_t now = generation.load(std::memory_order_relaxed);
    record.facts.last_generation = static_cast<uint16_t>(now);
    if (now < max_generation) generation.store(now + 1, std::memory_order_relaxed);
    show(record.index);
    raise_rule_epoch();
}

void bury_in(uintptr_t start, uintptr_t end) noexcept {
    uint32_t count = total.load(std::memory_order_relaxed);
    for (uint32_t i = 0; i < count; ++i) {
        Record& record = records.at(i);
        if (alive(record) && record.facts.start < end && start < record.facts.end) bury(record);
    }
}

bool is_known(uintptr_t pc) noexcept {
    uint32_t count = total.load(std::memory_order_acquire);
    for (uint32_t i = 0; i < count; ++i) {
        const Record& record = records.at(i);
        if (alive(record) && pc - record.facts.start < record.facts.end - record.facts.start) return true;
    }
    return false;
}

Record* append(const View& view) noexcept {
    uint32_t index = total.load(std::memory_order_relaxed);
    if (index >= max_modules || !records.reserve(index)) return nullptr;
    Record& record = records.at(index);
    record.facts = {};
    record.facts.bias = view.bias;
    record.facts.start = view.start;
    record.facts.end = view.end;
    record.facts.first_generation = static_cast<uint16_t>(generation.load(std::memory_order_relaxed));
    record.facts.last_generation = PROF_GENERATION_ALIVE;
    record.facts.path = copy_path(view.path);
    record.facts.tls_module = view.tls_module;
    record.facts.tls_bytes = view.tls_bytes;
    if (const Elf64_Nhdr* note = build_id_of(view); note != nullptr) {
        record.facts.build_id_bytes = note->n_descsz < id_bytes ? note->n_descsz : id_bytes;
        std::memcpy(record.facts.build_id, build_id_bytes(note), record.facts.build_id_bytes);
    }
    record.eh_frame_header = view.eh_frame_header;
    record.identity = view.identity;
    record.index = index;
    total.store(index + 1, std::memory_order_release);
    show(index);
    return &record;
}

// The record of what is there now, when it is one that is known. Needs no lock: records stay where they are.
const Record* known(const View& view) noexcept {
    uint32_t count = total.load(std::memory_order_acquire);
    for (uint32_t i = 0; i < count; ++i) {
        const Record& record = records.at(i);
        if (alive(record) && same(record, view)) return &record;
    }
    return nullptr;
}

// The record of what is there now; older records of its range are buried. Under the lock.
Record* note(const View& view) noexcept {
    uint32_t count = total.load(std::memory_order_relaxed);
    for (uint32_t i = 0; i < count; ++i) {
        Record& record = records.at(i);
        if (!alive(record) || !same(record, view)) continue;
        if (view.tls_module != 0) record.facts.tls_module = view.tls_module;
        return &record;
    }
    bury_in(view.start, view.end);
    return append(view);
}

int note_each(dl_phdr_info* info, size_t, void*) {
    View view = view_of(*info);
    Hold hold(lock);
    if (!hold || view.end == 0) return 0;
    if (Record* record = note(view); record != nullptr) record->seen = true;
    return 0;
}

int count_unloads(dl_phdr_info* info, size_t bytes, void* data) {
    if (bytes >= offsetof(dl_phdr_info, dlpi_subs) + sizeof(info->dlpi_subs))
        *static_cast<uint64_t*>(data) = info->dlpi_subs;
    return 1;
}

int find_loader(dl_phdr_info* info, size_t, void*) {
    View view = view_of(*info);
    if (view.start != getauxval(AT_BASE) || view.start == 0) return 0;
    state().loader_start = shadow.loader_start = view.start;
    state().loader_bytes = shadow.loader_bytes = view.end - view.start;
    return 1;
}

void mark_unseen() noexcept {
    Hold hold(lock);
    for (uint32_t i = 0; hold && i < total.load(std::memory_order_relaxed); ++i) records.at(i).seen = false;
}

void bury_unseen() noexcept {
    Hold hold(lock);
    for (uint32_t i = 0; hold && i < total.load(std::memory_order_relaxed); ++i)
        if (Record& record = records.at(i); alive(record) && !record.seen) bury(record);
}

}  // namespace

bool start() noexcept {
#if defined(DLFO_STRUCT_HAS_EH_DBASE) && !defined(PROF_TEST_NO_FIND_OBJECT)
    find_object = reinterpret_cast<FindObject>(any_symbol("_dl_find_object"));
#endif
    dl_iterate_phdr(&find_loader, nullptr);
    check_unloads();
    rows.live_in(shared::columns.modules);
    return records.reserve(0);
}

void reset_lock() noexcept { lock.reset(); }

bool find(uintptr_t pc, Found& out) noexcept {
    View view;
    bool there = view_at(pc, view) && view.end != 0;
    if (!there && !is_known(pc)) return false;  // generated code: asked often, so without the lock
    const Record* seen = there && view.tls_module == 0 ? known(view) : nullptr;
    if (seen != nullptr) {
        out = {.eh_frame_header = view.eh_frame_header, .generation = seen->facts.first_generation};
        return true;
    }
    Hold hold(lock);
    if (!hold) return false;
    if (!there) {
        bury_in(pc, pc + 1);
        return false;
    }
    Record* record = note(view);
    if (record == nullptr) return false;
    out = {.eh_frame_header = view.eh_frame_header, .generation = record->facts.first_generation};
    return true;
}

void check_unloads() noexcept {
    uint64_t now = 0;
    dl_iterate_phdr(&count_unloads, &now);
    if (unloads.exchange(now, std::memory_order_relaxed) != now) raise_rule_epoch();
}

void refresh() noexcept {
    mark_unseen();
    dl_iterate_phdr(&note_each, nullptr);
    bury_unseen();
}

uint32_t count() noexcept { return total.load(std::memory_order_acquire); }

const tables::Module& module(uint32_t index) noexcept { return records.at(index).facts; }

}  // namespace prof::modules
