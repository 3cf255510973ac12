// SPDX-License-Identifier: MIT
//
// See written.h.
//
// Side: our process, cli.
#include "process/written.h"

#include <algorithm>

namespace heapkit::cli {

namespace fs = std::filesystem;

Written::Written(fs::path folder) : folder_(std::move(folder)), before_(look()) {}

Written::Times Written::look() const {
    Times times;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() == ".heap") times[entry.path()] = entry.last_write_time(error);
    }
    return times;
}

std::vector<fs::path> Written::since() const {
    const Times now = look();
    std::vector<fs::path> fresh;
    for (const auto& [path, time] : now) {
        const auto old = before_.find(path);
        if (old == before_.end() || old->second != time) fresh.push_back(path);
    }
    std::stable_sort(fresh.begin(), fresh.end(),
                     [&](const fs::path& a, const fs::path& b) { return now.at(a) < now.at(b); });
    return fresh;
}

}  // namespace heapkit::cli
