// SPDX-License-Identifier: MIT
//
// Looks a symbol up in the dynamic symbol tables of the loaded modules. Side: agent, floor 1 (base). See
// next_symbol.h. Tables: System V gABI, chapter 5 (DT_HASH); DT_GNU_HASH as binutils and glibc have it.
#include "base/next_symbol.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sanitizer.h"

namespace prof {

namespace {

struct Tables {
    const Elf64_Sym* symbols = nullptr;
    const char* strings = nullptr;
    const uint32_t* gnu_hash = nullptr;
    const uint32_t* hash = nullptr;
};

struct Search {
    const char* name;
    bool after_us;  // only modules behind our own
    bool seen_us = false;
    void* found = nullptr;
    const char* module = nullptr;  // path of the one it was found in
};

bool equal(const char* a, const char* b) noexcept {
    for (; *a == *b; ++a, ++b) {
        if (*a == '\0') return true;
    }
    return false;
}

bool starts_with(const char* text, const char* start) noexcept {
    for (; *start != '\0'; ++text, ++start) {
        if (*text != *start) return false;
    }
    return true;
}

uint32_t gnu_hash_of(const char* name) noexcept {
    uint32_t hash = 5381;
    for (; *name != '\0'; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
}

bool is_definition_of(const Tables& tables, uint32_t index, const char* name) noexcept {
    const Elf64_Sym& symbol = tables.symbols[index];
    const int type = ELF64_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 && (type == STT_FUNC || type == STT_OBJECT) &&
           equal(tables.strings + symbol.st_name, name);
}

// Index of the symbol, 0 when there is none (symbol 0 is always undefined).
uint32_t find_by_gnu_hash(const Tables& tables, const char* name) noexcept {
    const uint32_t bucket_count = tables.gnu_hash[0];
    const uint32_t first = tables.gnu_hash[1];
    const uint32_t bloom_words = tables.gnu_hash[2];
    if (bucket_count == 0) return 0;
    const uint32_t* buckets = tables.gnu_hash + 4 + bloom_words * (sizeof(uint64_t) / sizeof(uint32_t));
    const uint32_t* chain = buckets + bucket_count;
    const uint32_t hash = gnu_hash_of(name);
    uint32_t index = buckets[hash % bucket_count];
    if (index < first) return 0;
    for (;; ++index) {
        const uint32_t entry = chain[index - first];
        if ((entry | 1) == (hash | 1) && is_definition_of(tables, index, name)) return index;
        if ((entry & 1) != 0) return 0;  // the linker ends every chain with this bit
    }
}

uint32_t find_by_scan(const Tables& tables, const char* name) noexcept {
    const uint32_t symbol_count = tables.hash[1];
    for (uint32_t index = 1; index < symbol_count; ++index) {
        if (is_definition_of(tables, index, name)) return index;
    }
    return 0;
}

// glibc relocates the pointers of d_ptr entries in place, except in the vdso.
template <typename T>
const T* pointer_in(Elf64_Addr bias, Elf64_Addr value) noexcept {
    return reinterpret_cast<const T*>(value < bias ? value + bias : value);
}

Tables tables_of(Elf64_Addr bias, const Elf64_Dyn* entry) noexcept {
    Tables tables;
    for (; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
        const Elf64_Addr value = entry->d_un.d_ptr;
        if (entry->d_tag == DT_SYMTAB) tables.symbols = pointer_in<Elf64_Sym>(bias, value);
        if (entry->d_tag == DT_STRTAB) tables.strings = pointer_in<char>(bias, value);
        if (entry->d_tag == DT_GNU_HASH) tables.gnu_hash = pointer_in<uint32_t>(bias, value);
        if (entry->d_tag == DT_HASH) tables.hash = pointer_in<uint32_t>(bias, value);
    }
    return tables;
}

const Elf64_Dyn* dynamic_of(const dl_phdr_info& info) noexcept {
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        if (info.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        return reinterpret_cast<const Elf64_Dyn*>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
    }
    return nullptr;
}

bool holds_us(const dl_phdr_info& info) noexcept {
    const auto us = reinterpret_cast<uintptr_t>(&next_symbol);
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const Elf64_Phdr& segment = info.dlpi_phdr[i];
        const uintptr_t start = info.dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && us >= start && us - start < segment.p_memsz) return true;
    }
    return false;
}

bool is_vdso(const char* path) noexcept { return starts_with(path, "linux-vdso"); }

// Whether the search is over.
bool look_into(Search& search, const char* path, Elf64_Addr bias, const Elf64_Dyn* dynamic) noexcept {
    if ((search.after_us && !search.seen_us) || is_vdso(path)) return false;
    const Tables tables = tables_of(bias, dynamic);
    if (tables.symbols == nullptr || tables.strings == nullptr) return false;
    uint32_t index = 0;
    if (tables.gnu_hash != nullptr) {
        index = find_by_gnu_hash(tables, search.name);
    } else if (tables.hash != nullptr) {
        index = find_by_scan(tables, search.name);
    }
    if (index == 0) return false;
    search.found = reinterpret_cast<void*>(bias + tables.symbols[index].st_value);
    search.module = path;
    return true;
}

int visit(dl_phdr_info* info, size_t, void* data) {
    Search& search = *static_cast<Search*>(data);
    if (holds_us(*info)) {
        search.seen_us = true;
        return 0;
    }
    return look_into(search, info->dlpi_name, info->dlpi_addr, dynamic_of(*info)) ? 1 : 0;
}

// As a debugger sees them. A sanitizer stands in front of dl_iterate_phdr(), and cannot be called before it has begun.
void visit_without_calls(Search& search) noexcept {
    for (const link_map* module = _r_debug.r_map; module != nullptr; module = module->l_next) {
        if (module->l_ld == _DYNAMIC) {  // the linker's name for our own
            search.seen_us = true;
        } else if (look_into(search, module->l_name, module->l_addr, module->l_ld)) {
            return;
        }
    }
}

void visit_all(Search& search) noexcept {
    if (sanitizer() != nullptr) return visit_without_calls(search);
    dl_iterate_phdr(visit, &search);
}

}  // namespace

void* next_symbol(const char* name) noexcept {
    Search search{.name = name, .after_us = true};
    visit_all(search);
    return search.found;
}

void* any_symbol(const char* name) noexcept {
    Search search{.name = name, .after_us = false};
    visit_all(search);
    return search.found;
}

const char* module_ahead(const char* name) noexcept {
    Search search{.name = name, .after_us = false};
    visit_all(search);
    return search.seen_us ? nullptr : search.module;
}

}  // namespace prof
