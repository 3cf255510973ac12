// SPDX-License-Identifier: MIT
//
// The fixture programs of tests/heap/symbols/fixtures: run one, and make a snapshot of what it says of itself.
//
// Side: tests.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "snapshot_writer.h"
#include "symbols/elf_file.h"

namespace heapkit::tests {

struct Place {
    uint32_t line = 0;
    uint64_t address = 0;  // virtual, as in its file
};

class Fixture {
   public:
    static constexpr uint64_t bias_of_all = 0x5500'0000'0000;  // where snapshots of it claim to have been loaded

    // Some need a tool to be made that is not everywhere.
    static bool is_built(const std::string& name) {
        return access((std::string(HEAPKIT_FIXTURE_FOLDER) + "/" + name).c_str(), X_OK) == 0;
    }

    explicit Fixture(const std::string& name) : path_(std::string(HEAPKIT_FIXTURE_FOLDER) + "/" + name) {
        const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(path_.c_str(), "r"), pclose);
        char label[64];
        unsigned line = 0;
        unsigned long long address = 0;
        while (output && std::fscanf(output.get(), "%63s %u %llx\n", label, &line, &address) == 3)
            places_[label] = {line, address};
        if (places_.empty()) throw std::runtime_error("this fixture says nothing: " + path_);
    }

    const std::string& path() const noexcept { return path_; }
    const Place& at(const std::string& label) const { return places_.at(label); }
    uint64_t run_time(const std::string& label) const { return at(label).address + bias_of_all; }

    std::vector<uint8_t> build_id() const {
        const auto file = symbols::ElfFile::open(path_);
        if (!file) return {};
        std::vector<uint8_t> bytes(file->build_id().size());
        std::memcpy(bytes.data(), file->build_id().data(), bytes.size());
        return bytes;
    }
    NewModule module() const {
        return {.path = path_,
                .start = bias_of_all,
                .end = bias_of_all + 0x1000'0000,
                .bias = bias_of_all,
                .build_id = build_id()};
    }

   private:
    std::string path_;
    std::map<std::string, Place> places_;
};

// An empty folder as the user's cache, for as long as it lives.
class OwnCache {
   public:
    explicit OwnCache(const std::string& folder) { setenv("XDG_CACHE_HOME", folder.c_str(), 1); }
    ~OwnCache() { unsetenv("XDG_CACHE_HOME"); }
    OwnCache(const OwnCache&) = delete;
    OwnCache& operator=(const OwnCache&) = delete;
};

}  // namespace heapkit::tests
