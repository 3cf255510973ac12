// SPDX-License-Identifier: MIT
//
// Slots of imported functions, found and written. Side: agent, floor 1 (base). See imports.h. Relocations: x86-64
// psABI, table 4.9; what is read-only after relocation: PT_GNU_RELRO.
#include "base/imports.h"

#include <asm/unistd.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/next_symbol.h"
#include "base/syscalls.h"

namespace prof {

namespace {

constexpr uintptr_t page_bytes = 4096;

struct Leading {
    const Import* imports;
    size_t count;
    uintptr_t provider;  // an address in the module that has them
    size_t written;
};

struct Module {
    const dl_phdr_info& info;
    const Elf64_Sym* symbols = nullptr;
    const char* strings = nullptr;
    struct Relocations {
        const Elf64_Rela* first = nullptr;
        size_t bytes = 0;
    } of_calls, of_data;
};

// glibc relocates the pointers of the dynamic section in place.
template <class T>
const T* pointer_in(const dl_phdr_info& info, Elf64_Addr value) noexcept {
    return reinterpret_cast<const T*>(value < info.dlpi_addr ? value + info.dlpi_addr : value);
}

void read_dynamic(Module& module, const Elf64_Dyn* entry) noexcept {
    for (; entry->d_tag != DT_NULL; ++entry) {
        const Elf64_Addr value = entry->d_un.d_ptr;
        switch (entry->d_tag) {
            case DT_SYMTAB:
                module.symbols = pointer_in<Elf64_Sym>(module.info, value);
                break;
            case DT_STRTAB:
                module.strings = pointer_in<char>(module.info, value);
                break;
            case DT_JMPREL:
                module.of_calls.first = pointer_in<Elf64_Rela>(module.info, value);
                break;
            case DT_PLTRELSZ:
                module.of_calls.bytes = value;
                break;
            case DT_RELA:
                module.of_data.first = pointer_in<Elf64_Rela>(module.info, value);
                break;
            case DT_RELASZ:
                module.of_data.bytes = value;
                break;
            default:
                break;
        }
    }
}

// The part of the module that holds `address`, of this type; null: none.
const Elf64_Phdr* part_at(const dl_phdr_info& info, uintptr_t address, uint32_t type) noexcept {
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info.dlpi_phdr[i];
        if (part.p_type == type && address - (info.dlpi_addr + part.p_vaddr) < part.p_memsz) return &part;
    }
    return nullptr;
}

bool equal(const char* a, const char* b) noexcept {
    for (; *a == *b; ++a, ++b) {
        if (*a == '\0') return true;
    }
    return false;
}

const Import* import_of(const Leading& leading, const char* name) noexcept {
    for (size_t i = 0; i < leading.count; ++i) {
        if (*leading.imports[i].next != nullptr && equal(name, leading.imports[i].name)) return &leading.imports[i];
    }
    return nullptr;
}

// Other threads, if there are any, may read the slot at this moment: it is written whole.
bool write_slot(const dl_phdr_info& info, uintptr_t slot, void* hook) noexcept {
    const Elf64_Phdr* part = part_at(info, slot, PT_LOAD);
    if (part == nullptr || (part->p_flags & PF_W) == 0 || slot % sizeof(void*) != 0) return false;
    const bool is_sealed = part_at(info, slot, PT_GNU_RELRO) != nullptr;
    const long page = static_cast<long>(slot & ~(page_bytes - 1));
    if (is_sealed && sys::call(__NR_mprotect, page, page_bytes, PROT_READ | PROT_WRITE) != 0) return false;
    __atomic_store_n(reinterpret_cast<void**>(slot), hook, __ATOMIC_RELEASE);
    if (is_sealed) sys::call(__NR_mprotect, page, page_bytes, PROT_READ);
    return true;
}

void lead(const Module& module, const Module::Relocations& relocations, Leading& leading) noexcept {
    for (size_t i = 0; i < relocations.bytes / sizeof(Elf64_Rela); ++i) {
        const Elf64_Rela& relocation = relocations.first[i];
        const auto type = ELF64_R_TYPE(relocation.r_info);
        const bool is_address = type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64;
        if (!is_address || relocation.r_addend != 0) continue;
        const Elf64_Sym& symbol = module.symbols[ELF64_R_SYM(relocation.r_info)];
        if (symbol.st_shndx != SHN_UNDEF) continue;
        const Import* import = import_of(leading, module.strings + symbol.st_name);
        if (import == nullptr) continue;
        leading.written += write_slot(module.info, module.info.dlpi_addr + relocation.r_offset, import->hook);
    }
}

int visit(dl_phdr_info* info, size_t, void* data) {
    auto& leading = *static_cast<Leading*>(data);
    const auto ours = reinterpret_cast<uintptr_t>(&lead_imports);
    if (part_at(*info, ours, PT_LOAD) != nullptr || part_at(*info, leading.provider, PT_LOAD) != nullptr) return 0;
    Module module{.info = *info, .of_calls = {}, .of_data = {}};
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type == PT_DYNAMIC) {
            read_dynamic(module, reinterpret_cast<const Elf64_Dyn*>(info->dlpi_addr + part.p_vaddr));
        }
    }
    if (module.symbols == nullptr || module.strings == nullptr) return 0;
    lead(module, module.of_calls, leading);
    lead(module, module.of_data, leading);
    return 0;
}

}  // namespace

size_t lead_imports(const Import* imports, size_t count) noexcept {
    void* provider = next_symbol(imports[0].name);
    if (provider == nullptr) return 0;
    for (size_t i = 0; i < count; ++i) *imports[i].next = next_symbol(imports[i].name);
    Leading leading{
        .imports = imports, .count = count, .provider = reinterpret_cast<uintptr_t>(provider), .written = 0};
    dl_iterate_phdr(visit, &leading);
    return leading.written;
}

}  // namespace prof
