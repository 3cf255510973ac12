// SPDX-License-Identifier: MIT
//
// See view_session.h.
//
// Side: our process, cli.
#include "view_session.h"

#include "analyze/heading.h"
#include "base/shell_words.h"

namespace heapkit::cli {

Result<std::vector<viewer::Opened>> snapshots_to_view(const Session& session, const Typed& typed) {
    const std::vector<const Heap*> heaps = session.heaps();
    if (!typed.has("force"))
        if (auto refusal = analyze::refusal_to_compare(heaps)) return *refusal;
    std::vector<viewer::Opened> opened;
    for (size_t index = 0; index < heaps.size(); ++index) {
        const std::string& file = typed.arguments()[index];
        opened.push_back({file, shell_quoted(file), heaps[index]});
    }
    return opened;
}

}  // namespace heapkit::cli
