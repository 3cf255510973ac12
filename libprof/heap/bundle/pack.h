// SPDX-License-Identifier: MIT
//
// A bundle: a snapshot with all that its answers are made of, in one file that is read on any machine.
//
// Side:    heap, floor 4 (bundle).
// Threads: one thread.
// Memory:  a window of compression; files are mapped.
//
// It is a tar archive compressed by zstd, which `tar --zstd -xf` unpacks too:
//
//     heapkit-bundle                        "1\n": the version of this layout
//     snapshot.heap                         as it was
//     snapshot.heap.modules/NAME            each module's binary, and
//     snapshot.heap.modules/NAME.debug      its debug information where that is another file, and
//     snapshot.heap.modules/…/FILE.dwo      what that leans on: symbols/side_files.h
//
// NAME is carried_name() of symbols/module_files.h, where the folder beside a snapshot is looked for. Whole files are
// packed, not what this version read of them: types come from debug information, classes from vtables, variables of
// threads from unwind tables, and a later version will want yet more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::bundle {

constexpr std::string_view version_member = "heapkit-bundle", version_text = "1\n", snapshot_member = "snapshot.heap";

struct Packed {
    struct Missing {
        std::string module, problem;
    };
    uint64_t modules = 0, debug_files = 0;  // those that others lean on included
    uint64_t input_bytes = 0, bundle_bytes = 0;
    std::vector<Missing> missing;  // modules whose file is not there any more, or is another
    struct Halved {
        std::string module;
        size_t files = 0;   // .dwo and such that are not in it
        std::string first;  // one of them
    };
    std::vector<Halved> halved;
};

// Errors: the snapshot cannot be read; the bundle cannot be written. It appears whole or not at all.
// `root`: where the files of the process are, when it had others than ours; "": here.
Result<Packed> pack(const std::filesystem::path& snapshot, const std::filesystem::path& output,
                    const std::filesystem::path& root = {});

}  // namespace heapkit::bundle
