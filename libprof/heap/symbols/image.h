// SPDX-License-Identifier: MIT
//
// The constant data of a module as the dynamic linker prepared it: pointers in it, relocations applied.
//
// Side:    heap, floor 3 (symbols). types/ reads vtables and type names here, without any symbol of the program.
// Threads: const after construction.
// Memory:  24 bytes a relocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/elf_file.h"

namespace heapkit::symbols {

class Image {
   public:
    // `file` must outlive the image; `bias` is what the dynamic linker added to its addresses.
    Image(const ElfFile& file, uint64_t bias);

    // What a pointer in constant data leads to. It may lead into another module: then only the symbol is known.
    struct Pointer {
        uint64_t address = 0;     // at run time; 0 when it leads into another module
        std::string_view symbol;  // by which the linker found it; "" when it needed none
    };
    // The pointer at a run-time address; nothing when there is none in the file.
    std::optional<Pointer> pointer_at(uint64_t address) const;
    // The plain word there, not relocated.
    std::optional<uint64_t> word_at(uint64_t address) const;
    // The NUL-terminated text there; "" when there is none.
    std::string_view text_at(uint64_t address) const;
    // Whether code lies there.
    bool is_code(uint64_t address) const noexcept;
    // Whether the module has or wants a C++ function by its mangled name; without any other symbols, too.
    bool is_cpp() const noexcept { return is_cpp_; }

   private:
    struct Relocation {
        uint64_t address;  // virtual, in the file
        uint64_t addend;
        uint32_t symbol;  // of the dynamic symbol table; 0: none
    };
    void read_relocations(const Elf64_Shdr& section);
    std::optional<Elf64_Sym> symbol(uint32_t index) const;
    std::string_view name_of(const Elf64_Sym& symbol) const;
    Pointer through(const Relocation& relocation) const;

    const ElfFile& file_;
    uint64_t bias_;
    Bytes symbols_, names_;
    bool is_cpp_ = false;
    std::vector<Relocation> relocations_;                         // by address
    std::unordered_map<uint64_t, std::string_view> copied_from_;  // objects that the linker copied from another module
};

}  // namespace heapkit::symbols
