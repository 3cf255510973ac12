// SPDX-License-Identifier: MIT
//
// A fixture program's own facts about its types, and the type book of its debug information.
//
// Side: tests.
#pragma once

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "snapshot_writer.h"
#include "symbols/demangle.h"
#include "symbols/elf_file.h"
#include "symbols/type_book.h"
#include "temporary_folder.h"

namespace heapkit::tests {

struct Zoo {
    static constexpr uint64_t bias = 0x5500'0000'0000;  // where its snapshot claims to have been loaded

    explicit Zoo(const std::string& name, bool use_cache = false)
        : path(std::string(HEAPKIT_FIXTURE_FOLDER) + "/" + name), book(load(path, use_cache)) {
        const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(path.c_str(), "r"), pclose);
        char line[4096];
        while (output && std::fgets(line, sizeof line, output.get()) != nullptr) facts.emplace_back(line);
    }

    // Calls visit(fact's words) for each line of a kind.
    template <typename Visit>
    size_t each(const std::string& kind, Visit visit) const {
        size_t count = 0;
        for (const std::string& fact : facts) {
            std::istringstream words(fact);
            std::string word;
            std::vector<std::string> rest;
            words >> word;
            if (word != kind) continue;
            while (words >> word) rest.push_back(word);
            visit(rest);
            ++count;
        }
        return count;
    }

    // A snapshot whose only module is the fixture, with a call tree node for each of `returns`, from 1 on.
    static read::Snapshot snapshot_of(const std::string& path, const std::vector<uint64_t>& returns = {}) {
        const auto file = symbols::ElfFile::open(path);
        if (!file) throw std::runtime_error("no such fixture: " + path);
        NewModule module = {.path = path, .start = bias, .end = bias + 0x1000'0000, .bias = bias};
        module.build_id.resize(file->build_id().size());
        std::memcpy(module.build_id.data(), file->build_id().data(), module.build_id.size());
        const TemporaryFolder folder;
        SnapshotWriter writer;
        writer.module(module);
        for (const uint64_t address : returns) writer.node({}, address);
        writer.write(folder / "1.heap");
        return *read::Snapshot::open(folder / "1.heap");
    }

    static symbols::TypeBook load(const std::string& path, bool use_cache) {
        return symbols::TypeBook::load(snapshot_of(path), {.use_cache = use_cache, .progress = {}});
    }

    std::string path;
    symbols::TypeBook book;
    std::vector<std::string> facts;
};

// The fixtures of one program: "zoo", "calls".
inline std::vector<std::string> all_of(const std::string& program) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(HEAPKIT_FIXTURE_FOLDER)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(program + "_") && entry.path().extension().empty() && !name.ends_with("_too"))
            names.push_back(name);
    }
    return names;
}

}  // namespace heapkit::tests
