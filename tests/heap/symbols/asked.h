// SPDX-License-Identifier: MIT
//
// Asks Frames about places of a fixture, and says the answer as text: "function file:line < function file:line".
//
// Side: tests.
#pragma once

#include <fmt/format.h>

#include "fixture.h"
#include "symbols/frames.h"
#include "temporary_folder.h"

namespace heapkit::tests {

struct Asked {
    explicit Asked(const NewModule& module, const std::vector<uint64_t>& pcs, bool use_cache = false) : pcs_(pcs) {
        SnapshotWriter writer;
        writer.module(module);
        for (const uint64_t pc : pcs) nodes_.push_back(writer.node({}, pc));
        writer.write(folder_ / "1.heap");
        snapshot_ = std::make_unique<read::Snapshot>(*read::Snapshot::open(folder_ / "1.heap"));
        frames_ = std::make_unique<symbols::Frames>(
            symbols::Frames::resolve(*snapshot_, {.use_cache = use_cache, .progress = {}}));
    }

    const symbols::Frames& frames() const { return *frames_; }
    const symbols::ModuleSymbols& module() const { return frames_->modules()[0]; }

    std::string at(size_t i) const {
        std::string text;
        for (const symbols::LocationId id : frames_->at(nodes_[i])) {
            const symbols::Location& location = frames_->location(id);
            const std::string file(frames_->text(location.file));
            if (!text.empty()) text += " < ";
            text += frames_->text(location.function);
            if (!file.empty()) text += fmt::format(" {}:{}", file.substr(file.rfind('/') + 1), location.line);
        }
        return text;
    }

   private:
    TemporaryFolder folder_;
    std::vector<uint64_t> pcs_;
    std::vector<NodeId> nodes_;
    std::unique_ptr<read::Snapshot> snapshot_;
    std::unique_ptr<symbols::Frames> frames_;
};

inline std::string name_at(const Fixture& fixture, const std::string& label, NewModule module) {
    return Asked(module, {fixture.run_time(label)}).at(0);
}
inline std::string name_at(const Fixture& fixture, const std::string& label) {
    return name_at(fixture, label, fixture.module());
}

}  // namespace heapkit::tests
