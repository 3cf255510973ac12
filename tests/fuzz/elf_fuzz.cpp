// SPDX-License-Identifier: MIT
//
// Any bytes as a binary: its sections, symbols, linkage tables, relocations, and the file packed inside it.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <vector>

#include "memory_file.h"
#include "symbols/elf_file.h"
#include "symbols/embedded_symbols.h"
#include "symbols/image.h"
#include "symbols/symbol_table.h"

using namespace heapkit;
using namespace heapkit::symbols;

namespace {

void ask_for_symbols(const ElfFile& file) {
    SymbolTable table;
    table.add(file);
    table.sort();
    for (const Elf64_Shdr& section : file.sections())
        if (const Symbol* found = table.at(section.sh_addr + section.sh_size / 2)) (void)spelled(*found);
}

void ask_for_pointers(const ElfFile& file) {
    constexpr uint64_t bias = 0x5500'0000'0000;
    const Image image(file, bias);
    for (const Elf64_Shdr& section : file.sections())
        if (const auto pointer = image.pointer_at(section.sh_addr + bias)) (void)image.text_at(pointer->address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const heapkit::tests::MemoryFile memory;
    memory.write(std::vector<unsigned char>(data, data + size));
    const auto file = ElfFile::open(memory.path());
    if (!file) return 0;
    (void)file->build_id();
    (void)file->debug_link();
    (void)file->has_debug_information();
    (void)file->crc();
    ask_for_symbols(*file);
    ask_for_pointers(*file);
    if (!has_embedded_symbols(*file)) return 0;
    if (const auto inner = unpack_embedded_symbols(*file)) ask_for_symbols(*inner);
    return 0;
}
