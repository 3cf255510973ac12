// SPDX-License-Identifier: MIT
//
// Writable segments of modules. Side: agent, floor 3 (snapshot). See segments.h.
#include "snapshot/segments.h"

#include <link.h>

namespace prof::snapshot {

namespace {

constexpr uintptr_t page_mask = 4095;

void add(Segments& segments, uint64_t bias, uintptr_t start, uintptr_t end) noexcept {
    if (start >= end) return;
    if (segments.count == Segments::most) {
        ++segments.left_out;
        return;
    }
    segments.segment[segments.count++] = {bias, start, end};
}

bool holds_agent(const dl_phdr_info& info) noexcept {
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info.dlpi_phdr[i];
        const uintptr_t start = info.dlpi_addr + part.p_vaddr;
        if (part.p_type == PT_LOAD && is_agent_address(start, start + part.p_memsz)) return true;
    }
    return false;
}

int visit(dl_phdr_info* info, size_t, void* data) {
    Segments& segments = *static_cast<Segments*>(data);
    uintptr_t relro_start = 0, relro_end = 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type == PT_TLS) segments.tls_bytes += part.p_memsz + part.p_align;
        if (part.p_type != PT_GNU_RELRO) continue;
        // As the dynamic linker protects it: whole pages only.
        relro_start = (info->dlpi_addr + part.p_vaddr) & ~page_mask;
        relro_end = (info->dlpi_addr + part.p_vaddr + part.p_memsz) & ~page_mask;
    }
    if (holds_agent(*info)) return 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0) continue;
        // To the end of the last page: the dynamic linker's first allocations stand behind its own data.
        const uintptr_t start = (info->dlpi_addr + part.p_vaddr) & ~uintptr_t{7};
        const uintptr_t end = (info->dlpi_addr + part.p_vaddr + part.p_memsz + page_mask) & ~page_mask;
        const bool apart = relro_start < relro_end && relro_start < end && relro_end > start;
        if (!apart) {
            add(segments, info->dlpi_addr, start, end);
            continue;
        }
        add(segments, info->dlpi_addr, start, relro_start);
        add(segments, info->dlpi_addr, relro_end, end);
    }
    return 0;
}

}  // namespace

bool is_agent_address(uintptr_t start, uintptr_t end) noexcept {
    const auto us = reinterpret_cast<uintptr_t>(&is_agent_address);
    return us >= start && us < end;
}

void note_segments(Segments& segments) noexcept {
    segments.count = segments.left_out = segments.tls_bytes = 0;
    dl_iterate_phdr(visit, &segments);
}

}  // namespace prof::snapshot
