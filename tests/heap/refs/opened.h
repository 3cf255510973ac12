// SPDX-License-Identifier: MIT
//
// A snapshot from a writer, opened, with its columns.
//
// Side: tests.
#pragma once

#include "catch.h"
#include "read/snapshot.h"
#include "snapshot_writer.h"
#include "temporary_folder.h"

namespace heapkit::tests {

class Opened {
   public:
    explicit Opened(const SnapshotWriter& writer) : snapshot_(open(writer, folder_)) {
        const auto read_blocks = snapshot_.blocks();
        const auto read_words = snapshot_.words();
        REQUIRE(read_blocks);
        REQUIRE(read_words);
        blocks = *read_blocks;
        words = *read_words;
    }
    const read::Snapshot& snapshot() const { return snapshot_; }

    read::Blocks blocks;
    read::Words words;

   private:
    static read::Snapshot open(const SnapshotWriter& writer, const TemporaryFolder& folder) {
        writer.write(folder / "a.heap");
        auto opened = read::Snapshot::open(folder / "a.heap");
        if (!opened) FAIL(opened.error().what);
        return *std::move(opened);
    }

    TemporaryFolder folder_;
    read::Snapshot snapshot_;
};

}  // namespace heapkit::tests
