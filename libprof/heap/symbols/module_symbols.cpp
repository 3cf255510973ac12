// SPDX-License-Identifier: MIT
//
// See module_symbols.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/module_symbols.h"

#include <algorithm>
#include <iterator>

#include "symbols/cache.h"
#include "symbols/embedded_symbols.h"

namespace heapkit::symbols {
namespace {

using Source = ModuleSymbols::Source;

std::string display_name(std::string_view path, uint32_t flags) {
    if ((flags & PROF_MODULE_VDSO) != 0 || path.empty()) return "[vdso]";
    const std::string name = std::filesystem::path(path).filename().string();
    return name.empty() ? std::string(path) : name;
}

Source source_without_lines(const ModuleFiles& files) {
    const bool has_table =
        (files.binary && !files.binary->is_dynamic_only()) || (files.debug && !files.debug->is_dynamic_only());
    if (has_table || (files.binary && has_embedded_symbols(*files.binary))) return Source::symbol_table;
    return files.binary && files.binary->section(".dynsym") != nullptr ? Source::dynamic_symbols : Source::none;
}

Source source_of(const ModuleFiles& files) {
    return files.with_debug_information() != nullptr ? Source::debug_information : source_without_lines(files);
}

// Old and new answers in one; both ascending, without an address in common.
Resolved merged(const Resolved& a, const Resolved& b) {
    Resolved both;
    for (size_t i = 0, j = 0; i < a.count() || j < b.count();) {
        const bool take_a = j == b.count() || (i < a.count() && a.addresses[i] < b.addresses[j]);
        if (take_a)
            both.add(a.addresses[i], a.frames_of(i)), ++i;
        else
            both.add(b.addresses[j], b.frames_of(j)), ++j;
    }
    return both;
}

Resolved chosen(const Resolved& from, std::span<const uint64_t> addresses) {
    Resolved some;
    for (size_t i = 0, j = 0; j < addresses.size(); ++j) {
        while (from.addresses[i] < addresses[j]) ++i;
        some.add(addresses[j], from.frames_of(i));
    }
    return some;
}

}  // namespace

Module::Module(const read::Snapshot& snapshot, const prof_module& row)
    : name_(display_name(snapshot.string(row.path), row.flags)),
      bias_(row.bias),
      build_id_(row.build_id, row.build_id_bytes) {
    const std::string_view path = snapshot.string(row.path);
    if ((row.flags & PROF_MODULE_VDSO) != 0 || path.empty()) {
        symbols_.problem = "provided by the kernel: there is no file";
        return;
    }
    files_ = open_module_files({.path = std::filesystem::path(path),
                                .build_id = build_id_,
                                .carried = folder_of_carried(snapshot.path()),
                                .root = root_of_container(snapshot.path())});
    symbols_.source = source_of(files_);
    symbols_.problem = files_.problem;
    if (files_.debug && files_.with_debug_information() == &*files_.debug)
        symbols_.debug_file = files_.debug->path().string();
    if (symbols_.problem.empty() && symbols_.source == Source::none) symbols_.problem = "it has no symbols";
}

Resolved Module::resolve(std::span<const uint64_t> addresses, StringTable& strings, bool use_cache,
                         const std::function<void()>& step) {
    if (!use_cache || build_id_.empty()) return look_up(addresses, strings, step);
    const uint64_t fingerprint = fingerprint_of(files_);
    auto cached = load_cached(build_id_, fingerprint, strings);
    if (!cached) cached = CachedModule{fingerprint, {}};
    const auto& known = cached->resolved.addresses;
    std::vector<uint64_t> unknown;
    std::set_difference(addresses.begin(), addresses.end(), known.begin(), known.end(), std::back_inserter(unknown));
    if (!unknown.empty()) {
        cached->resolved = merged(cached->resolved, look_up(unknown, strings, step));
        // What was missing may be there next time.
        if (fingerprint != 0 && symbols_.problem.empty()) store_cached(build_id_, *cached, strings);
    }
    return chosen(cached->resolved, addresses);
}

// DWARF first; the symbol table names what DWARF does not.
Resolved Module::look_up(std::span<const uint64_t> addresses, StringTable& strings, const std::function<void()>& step) {
    std::vector<std::vector<SourceFrame>> found(addresses.size());
    if (const ElfFile* file = files_.with_debug_information()) {
        auto information = DebugInformation::open(file->path());
        if (information) {
            information->resolve(addresses, strings, [&](size_t place, std::span<const SourceFrame> frames) {
                found[place].assign(frames.begin(), frames.end());
                step();
            });
            if (symbols_.problem.empty()) symbols_.problem = information->problem();
        } else {
            symbols_.problem = information.error().what;
            symbols_.source = source_without_lines(files_);
        }
    }
    Resolved resolved;
    for (size_t i = 0; i < addresses.size(); ++i) {
        if (found[i].empty()) {
            const StringId function = symbol_name(addresses[i], strings);
            if (function != StringId()) found[i].push_back({function, {}, 0});
            step();
        } else if (found[i].back().function == StringId()) {
            found[i].back().function = symbol_name(addresses[i], strings);
        }
        resolved.add(addresses[i], found[i]);
    }
    return resolved;
}

const SymbolTable& Module::table() {
    if (table_) return *table_;
    table_.emplace();
    if (files_.debug) table_->add(*files_.debug);
    if (files_.binary) table_->add(*files_.binary);
    if (!files_.debug && files_.binary && files_.binary->is_dynamic_only()) add_embedded_symbols();
    table_->sort();
    return *table_;
}

// Unpacked only where a name is asked for: it takes milliseconds a module.
void Module::add_embedded_symbols() {
    if (!has_embedded_symbols(*files_.binary)) return;
    auto unpacked = unpack_embedded_symbols(*files_.binary);
    if (!unpacked) {
        symbols_.source = Source::dynamic_symbols;
        symbols_.problem = unpacked.error().what;
        return;
    }
    embedded_ = *std::move(unpacked);
    table_->add(*embedded_);
}

StringId Module::symbol_name(uint64_t address, StringTable& strings) {
    const Symbol* symbol = table().at(address);
    return symbol == nullptr ? StringId() : strings.intern(spelled(*symbol));
}

const Symbol* Module::symbol_at(uint64_t run_time_address) { return table().at(run_time_address - bias_); }

const Image* Module::image() {
    if (!image_ && files_.binary) image_ = std::make_unique<Image>(*files_.binary, bias_);
    return image_.get();
}

}  // namespace heapkit::symbols
