// SPDX-License-Identifier: MIT
//
// See module_types.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/module_types.h"

#include "symbols/cache.h"
#include "symbols/declared_book.h"
#include "symbols/dwarf_types.h"
#include "symbols/type_cache.h"

namespace heapkit::symbols {
namespace {

TypeColumns read_columns(const ModuleFiles& files) {
    const ElfFile* file = files.with_debug_information();
    if (file == nullptr) return {};
    const DwarfFile dwarf(file->path().c_str());
    if (!dwarf.is_open()) return {};
    const DwarfTypes all(dwarf.get());
    return merged({{&all.columns, ModuleId(), 0}});
}

}  // namespace

bool has_types_of_interest(const read::Snapshot& snapshot, const prof_module& module) {
    const bool is_ours_or_kernels = (module.flags & (PROF_MODULE_VDSO | PROF_MODULE_AGENT)) != 0;
    return !is_ours_or_kernels && module.last_generation == PROF_GENERATION_ALIVE &&
           !snapshot.string(module.path).empty();
}

ModuleFiles files_of(const read::Snapshot& snapshot, const prof_module& module) {
    return open_module_files({.path = std::filesystem::path(snapshot.string(module.path)),
                              .build_id = std::span(module.build_id, module.build_id_bytes),
                              .carried = folder_of_carried(snapshot.path()),
                              .root = root_of_container(snapshot.path())});
}

TypeColumns columns_of(const ModuleFiles& files, std::span<const uint8_t> build_id, bool use_cache) {
    const uint64_t fingerprint = fingerprint_of(files);
    if (use_cache)
        if (auto cached = load_cached_types(build_id, fingerprint)) return *std::move(cached);
    TypeColumns columns = read_columns(files);
    if (use_cache && fingerprint != 0 && columns.types.size() > 1) store_cached_types(build_id, fingerprint, columns);
    return columns;
}

TypeColumns load_columns(const read::Snapshot& snapshot, const Options& options) {
    const auto rows = snapshot.modules();
    std::vector<TypeColumns> of_module(rows.size());
    std::vector<ModuleColumns> modules;
    for (size_t i = 0; i < rows.size(); ++i) {
        if (options.progress.report) options.progress.report("types", i, rows.size());
        if (!has_types_of_interest(snapshot, rows[i])) continue;
        const std::span build_id(rows[i].build_id, rows[i].build_id_bytes);
        of_module[i] = columns_of(files_of(snapshot, rows[i]), build_id, options.use_cache);
        modules.push_back({&of_module[i], ModuleId(i), rows[i].bias});
    }
    return merged_with_declared(snapshot, std::move(modules));
}

}  // namespace heapkit::symbols
