// SPDX-License-Identifier: MIT
//
// What all answers are made of: the snapshots, and the parts of them that several answers need, worked out once.
//
// Side:    viewer/server.
// Threads: one thread, as the heaps.
// Memory:  that of the parts: types and references of each heap, the dominator tree of the last.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "analyze/owned_children.h"
#include "analyze/ownership.h"
#include "heap.h"
#include "render/json.h"
#include "server/snapshot_watch.h"

namespace heapkit::viewer {

// An answer as it is kept: whole, of which a page sees a window.
struct Answer {
    Report report;
    std::vector<render::JsonMember> members = {};
    std::string main_table = {};  // which one offset, limit, sort and filter are about
    bool is_cut_already = false;  // that table is the window that was asked for
};

// One snapshot, as it was named, as a shell wants that, and opened.
struct Opened {
    std::string file, shell_word;
    const Heap* heap;
};

class Material {
   public:
    // One at least; they become oldest first. All heaps must outlive it.
    explicit Material(std::vector<Opened> snapshots);

    const Heap& first() const { return *heaps_.front(); }
    const Heap& last() const { return *heaps_.back(); }
    std::span<const Heap* const> heaps() const { return heaps_; }
    bool is_one() const { return heaps_.size() == 1; }

    // As a shell wants them.
    const std::string& first_file() const { return quoted_.front(); }
    const std::string& last_file() const { return quoted_.back(); }
    const std::string& file(size_t index) const { return quoted_[index]; }
    std::string all_files() const;

    // Of the last snapshot. Errors: those of Ownership::of().
    Result<const analyze::Ownership*> ownership();
    Result<analyze::OwnedChildren*> children();

    // Snapshots and notes filled in: about the last one, about all, or about some.
    Answer about_last(const std::string& command) const { return about(command, heaps_.size() - 1); }
    Answer about_all(const std::string& command) const { return about(command, 0); }
    Answer about(const std::string& command, size_t from) const;
    Answer about(const std::string& command, std::span<const size_t> which) const;

    // Whether a snapshot's file is still what was opened.
    Result<void> still_there() const;

   private:
    std::vector<const Heap*> heaps_;
    std::vector<std::string> files_, quoted_;
    std::vector<SnapshotWatch> watches_;
    std::optional<Result<analyze::Ownership>> ownership_;
    std::unique_ptr<analyze::OwnedChildren> children_;
};

void add_loss_notes(const Material& material, unsigned rests, Report& report);

// Adds a net with its picture as SVG: a member "svg", or a note that says why there is none. A key that is taken
// becomes "chain_2".
void add_picture(Answer& answer, Net net);

}  // namespace heapkit::viewer
