// SPDX-License-Identifier: MIT
//
// Symbol lookup by hand: see next_symbol.h. One module at a time: its dynamic section gives the symbol table, the
// strings, the version marks and one of two hash tables; the hash table gives the symbol.
//
// Side:    agent, floor 1 (base).
// A symbol counts when it is defined, global or weak, a function, and not a hidden (superseded) version.
#include "next_symbol.h"

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>

namespace prof {
namespace {

constexpr uint32_t kMaxChain = 1 << 20;  // symbols looked at in one hash chain
constexpr uint16_t kHiddenVersion = 0x8000;

struct Dynamic {
    const Elf64_Sym* symbols = nullptr;
    const char* strings = nullptr;
    const uint32_t* gnu_hash = nullptr;
    const uint32_t* sysv_hash = nullptr;
    const uint16_t* versions = nullptr;
};

struct Search {
    const char* name;
    bool after_us;       // only modules after the one that holds this code
    bool seen_us = false;
    void* found = nullptr;
};

bool same(const char* a, const char* b) noexcept {
    while (*a != 0 && *a == *b) ++a, ++b;
    return *a == *b;
}

// glibc relocates d_ptr in place, the vdso and some others do not: an address below the module is still relative.
uintptr_t absolute(uintptr_t bias, uintptr_t pointer) noexcept { return pointer < bias ? bias + pointer : pointer; }

Dynamic read_dynamic(const dl_phdr_info& info) noexcept {
    Dynamic result;
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        if (info.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        auto* entry = reinterpret_cast<const Elf64_Dyn*>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            uintptr_t at = absolute(info.dlpi_addr, entry->d_un.d_ptr);
            if (entry->d_tag == DT_SYMTAB) result.symbols = reinterpret_cast<const Elf64_Sym*>(at);
            if (entry->d_tag == DT_STRTAB) result.strings = reinterpret_cast<const char*>(at);
            if (entry->d_tag == DT_GNU_HASH) result.gnu_hash = reinterpret_cast<const uint32_t*>(at);
            if (entry->d_tag == DT_HASH) result.sysv_hash = reinterpret_cast<const uint32_t*>(at);
            if (entry->d_tag == DT_VERSYM) result.versions = reinterpret_cast<const uint16_t*>(at);
        }
    }
    return result;
}

bool matches(const Dynamic& dynamic, uint32_t index, const char* name) noexcept {
    const Elf64_Sym& symbol = dynamic.symbols[index];
    unsigned bind = ELF64_ST_BIND(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0) return false;
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || (bind != STB_GLOBAL && bind != STB_WEAK)) return false;
    if (dynamic.versions != nullptr && (dynamic.versions[index] & kHiddenVersion) != 0) return false;
    return same(dynamic.strings + symbol.st_name, name);
}

uint32_t gnu_hash_of(const char* name) noexcept {
    uint32_t hash = 5381;
    for (; *name != 0; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

// Layout: bucket count, first symbol, bloom words, bloom shift, bloom[], buckets[], chain[].
uint32_t find_gnu(const Dynamic& dynamic, const char* name) noexcept {
    const uint32_t* table = dynamic.gnu_hash;
    uint32_t bucket_count = table[0], first = table[1], bloom_words = table[2];
    if (bucket_count == 0) return 0;
    const uint32_t* buckets = table + 4 + 2 * bloom_words;
    const uint32_t* chain = buckets + bucket_count;
    uint32_t hash = gnu_hash_of(name);
    uint32_t index = buckets[hash % bucket_count];
    if (index < first) return 0;
    for (uint32_t i = 0; i < kMaxChain; ++i, ++index) {
        uint32_t link = chain[index - first];
        if ((link | 1) == (hash | 1) && matches(dynamic, index, name)) return index;
        if ((link & 1) != 0) return 0;
    }
    return 0;
}

uint32_t find_sysv(const Dynamic& dynamic, const char* name) noexcept {
    uint32_t count = dynamic.sysv_hash[1];
    for (uint32_t index = 1; index < count && index < kMaxChain; ++index)
        if (matches(dynamic, index, name)) return index;
    return 0;
}

bool holds(const dl_phdr_info& info, uintptr_t address) noexcept {
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const Elf64_Phdr& segment = info.dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && address - (info.dlpi_addr + segment.p_vaddr) < segment.p_memsz) return true;
    }
    return false;
}

int look(dl_phdr_info* info, size_t, void* data) {
    auto& search = *static_cast<Search*>(data);
    if (holds(*info, reinterpret_cast<uintptr_t>(&look))) {
        search.seen_us = true;
        return 0;
    }
    if (search.after_us && !search.seen_us) return 0;
    Dynamic dynamic = read_dynamic(*info);
    if (dynamic.symbols == nullptr || dynamic.strings == nullptr) return 0;
    uint32_t index = 0;
    if (dynamic.gnu_hash != nullptr)
        index = find_gnu(dynamic, search.name);
    else if (dynamic.sysv_hash != nullptr)
        index = find_sysv(dynamic, search.name);
    if (index == 0) return 0;
    search.found = reinterpret_cast<void*>(info->dlpi_addr + dynamic.symbols[index].st_value);
    return 1;
}

void* find(const char* name, bool after_us) noexcept {
    Search search{.name = name, .after_us = after_us};
    dl_iterate_phdr(&look, &search);
    return search.found;
}

}  // namespace

void* next_symbol(const char* name) noexcept { return find(name, true); }

void* any_symbol(const char* name) noexcept { return find(name, false); }

}  // namespace prof
