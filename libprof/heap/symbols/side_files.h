// SPDX-License-Identifier: MIT
//
// Files that a file with debug information leans on: what `dwz -m` moved to one that several share
// (.gnu_debugaltlink), and the halves that -gsplit-dwarf left where it was built (.dwo).
//
// Side:    heap, floor 3 (symbols).
// Threads: one thread.
//
// libdw finds both where they were made. To carry them along they need names in one folder:
//
//     shared    BUILD-ID.debug, which DwarfFile looks for beside the file that names it
//     .dwo      as the unit spells it when that is a path below where it was built: libdw looks there by itself, from
//               the folder of the file that names it
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heapkit::symbols {

struct SideFiles {
    struct File {
        std::filesystem::path path;
        std::string carried_name;  // in the folder of the carried file: a path below it, without ".."
    };
    std::vector<File> found;
    std::vector<std::string> missing;  // as the debug information spells them: not there, or no name to carry them by
};

SideFiles side_files_of(const std::filesystem::path& file);

}  // namespace heapkit::symbols
