// SPDX-License-Identifier: MIT
//
// What every command on snapshots does around its question: open them, begin a report, show it.
//
// Side: our process, cli.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <heapkit/shapes.h>
#include "command.h"
#include "console.h"
#include "heap.h"

namespace heapkit::cli {

class Progress;

// The snapshots of one question, oldest first as they were named.
class Session {
   public:
    static Result<Session> open(std::span<const std::string> files, const Console& console);
    Session(Session&&) noexcept;
    ~Session();

    const Heap& heap(size_t index) const { return heaps_[index]; }
    const Heap& first() const { return heaps_.front(); }
    const Heap& last() const { return heaps_.back(); }
    std::vector<const Heap*> heaps() const;

    // With subjects and heading filled in.
    Report begin_report(std::string command) const;

    // Takes the progress bar away, for who writes the answer elsewhere.
    void clear_progress() const;

    // As JSON or as text, whatever was asked for.
    void show(const Report& report, const Typed& typed, const Console& console) const;

   private:
    Session();
    std::unique_ptr<Progress> progress_;
    std::vector<std::string> files_;  // as they were named: a bundle is read from elsewhere
    std::vector<Heap> heaps_;
};

}  // namespace heapkit::cli
