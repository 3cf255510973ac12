// SPDX-License-Identifier: MIT
//
// Thread-local variables: debug information has them with their types, symbol tables by name and size.
//
// Side: heap, floor 3 (symbols).
#include <map>
#include <set>

#include "symbols/demangle.h"
#include "symbols/module_files.h"
#include "symbols/module_types.h"
#include "symbols/thread_variables.h"

namespace heapkit::symbols {
namespace {

// Variables of one module, their addresses counted from the begin of its storage.
using ModuleStorage = std::vector<ThreadVariable>;

class StorageReader {
   public:
    StorageReader(const ThreadVariables::Input& input, ThreadVariables& result) : input_(input), result_(result) {
        for (const Variable& variable : input.book.variables()) {
            if (!variable.is_thread_local) continue;
            ThreadVariable found;
            found.kind = ThreadVariable::Kind::storage;
            found.name = text(input.book.text(variable.name));
            found.file = text(input.book.text(variable.file));
            found.line = variable.line;
            found.type = variable.type;
            found.address = variable.address;
            found.size_bytes = input.book.type(variable.type).size_bytes;
            if (found.size_bytes != 0) of_module_[variable.module.value].push_back(found);
        }
    }

    const ModuleStorage& of(uint32_t module) {
        ModuleStorage& storage = of_module_[module];
        const prof_module& row = input_.snapshot.modules()[module];
        if (!have_symbols_.insert(module).second || !has_types_of_interest(input_.snapshot, row)) return storage;
        const ModuleFiles files = files_of(input_.snapshot, row);
        for (const auto* file : {&files.binary, &files.debug})
            if (*file) add_symbols(**file, storage);
        return storage;
    }

   private:
    StringId text(std::string_view text) { return result_.texts().intern(text); }

    void add_symbols(const ElfFile& file, ModuleStorage& storage) {
        for (const Elf64_Shdr& section : file.sections()) {
            const bool has_symbols = section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM;
            const Elf64_Shdr* const names = has_symbols ? file.section_at(section.sh_link) : nullptr;
            if (names == nullptr) continue;
            const Bytes texts = file.content(*names), rows = file.content(section);
            for (uint64_t at = 0; at < rows.size(); at += sizeof(Elf64_Sym)) {
                const auto row = value_at<Elf64_Sym>(rows, at);
                const bool is_variable =
                    row && ELF64_ST_TYPE(row->st_info) == STT_TLS && row->st_shndx != SHN_UNDEF && row->st_size != 0;
                if (is_variable) storage.push_back(variable_of(*row, text_at(texts, row->st_name)));
            }
        }
    }

    ThreadVariable variable_of(const Elf64_Sym& symbol, std::string_view name) {
        ThreadVariable variable;
        variable.kind = ThreadVariable::Kind::storage;
        variable.name = text(demangle(std::string(name).c_str()));
        variable.address = symbol.st_value;
        variable.size_bytes = symbol.st_size;
        return variable;
    }

    const ThreadVariables::Input& input_;
    ThreadVariables& result_;
    std::map<uint32_t, ModuleStorage> of_module_;
    std::set<uint32_t> have_symbols_;
};

}  // namespace

void add_storage_variables(const ThreadVariables::Input& input, ThreadVariables& variables) {
    StorageReader reader(input, variables);
    for (const prof_thread_storage& row : input.snapshot.thread_storage()) {
        for (ThreadVariable variable : reader.of(row.module)) {
            const bool is_inside = variable.address < row.bytes && variable.size_bytes <= row.bytes - variable.address;
            if (!is_inside || variable.name == StringId()) continue;
            variable.thread = row.thread;
            variable.address += row.address;
            variables.offer(variable);
        }
    }
}

}  // namespace heapkit::symbols
