// SPDX-License-Identifier: MIT
//
// See dwarf_walk.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/dwarf_walk.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <span>

#include "base/hex.h"

namespace heapkit::symbols {

std::optional<uint64_t> number_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr(&die, name, &attribute) == nullptr || dwarf_formudata(&attribute, &value) != 0) return std::nullopt;
    return value;
}

bool flag_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    bool value = false;
    return dwarf_attr(&die, name, &attribute) != nullptr && dwarf_formflag(&attribute, &value) == 0 && value;
}

const char* text_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    return dwarf_attr(&die, name, &attribute) == nullptr ? nullptr : dwarf_formstring(&attribute);
}

std::optional<Dwarf_Die> reference_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    if (dwarf_attr(&die, name, &attribute) == nullptr || dwarf_formref_die(&attribute, &target) == nullptr)
        return std::nullopt;
    return target;
}

const char* file_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Die unit;
    Dwarf_Files* files = nullptr;
    size_t count = 0;
    const auto index = number_of(die, name);
    if (!index || dwarf_diecu(&die, &unit, nullptr, nullptr) == nullptr) return nullptr;
    if (dwarf_getsrcfiles(&unit, &files, &count) != 0 || *index >= count) return nullptr;
    return dwarf_filesrc(files, *index, nullptr, nullptr);
}

const char* linkage_name_of(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
        if (dwarf_attr_integrate(&die, name, &attribute) != nullptr) return dwarf_formstring(&attribute);
    return nullptr;
}

Dwarf_Die origin_of(Dwarf_Die die) {
    for (int i = 0; i < longest_chain; ++i) {
        auto next = reference_of(die, DW_AT_abstract_origin);
        if (!next) next = reference_of(die, DW_AT_specification);
        if (!next) break;
        die = *next;
    }
    return die;
}

bool is_cplusplus(Dwarf_Die& unit) {
    switch (dwarf_srclang(&unit)) {
        case DW_LANG_C_plus_plus:
        case DW_LANG_C_plus_plus_03:
        case DW_LANG_C_plus_plus_11:
        case DW_LANG_C_plus_plus_14:
            return true;
        default:
            return false;
    }
}

DwarfFile::DwarfFile(const char* path) : file_(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (file_ < 0) {
        problem_ = "cannot be opened";
        return;
    }
    dwarf_ = dwarf_begin(file_, DWARF_C_READ);
    if (dwarf_ == nullptr) problem_ = std::string("its debug information is damaged: ") + dwarf_errmsg(-1);
    if (dwarf_ != nullptr) open_shared_beside(path);
}

void DwarfFile::open_shared_beside(const char* path) {
    const char* name = nullptr;
    const void* id = nullptr;
    const ssize_t bytes = dwelf_dwarf_gnu_debugaltlink(dwarf_, &name, &id);
    if (bytes <= 0) return;
    const std::span build_id(static_cast<const uint8_t*>(id), static_cast<size_t>(bytes));
    const auto beside = std::filesystem::path(path).parent_path() / (hex_digits_of(build_id) + ".debug");
    shared_file_ = open(beside.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (shared_file_ >= 0) shared_ = dwarf_begin(shared_file_, DWARF_C_READ);
    if (shared_ != nullptr) dwarf_setalt(dwarf_, shared_);
}

DwarfFile::~DwarfFile() {
    if (dwarf_ != nullptr) dwarf_end(dwarf_);
    if (shared_ != nullptr) dwarf_end(shared_);
    for (const int file : {file_, shared_file_})
        if (file >= 0) close(file);
}

}  // namespace heapkit::symbols
