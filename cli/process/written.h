// SPDX-License-Identifier: MIT
//
// Which snapshots appeared in a folder while a program ran.
//
// Side: our process, cli.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

namespace heapkit::cli {

class Written {
   public:
    explicit Written(std::filesystem::path folder);

    // Those that are new or changed since, oldest first.
    std::vector<std::filesystem::path> since() const;

   private:
    using Times = std::map<std::filesystem::path, std::filesystem::file_time_type>;
    Times look() const;
    std::filesystem::path folder_;
    Times before_;
};

}  // namespace heapkit::cli
