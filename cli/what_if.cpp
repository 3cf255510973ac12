// SPDX-License-Identifier: MIT
//
// --what-if-freed: opens, asks, shows.
//
// Side: our process, cli.
#include "what_if.h"

#include <fmt/format.h>

#include "analyze/freed.h"
#include "options.h"
#include "references.h"

namespace heapkit::cli {

Option what_if_option() {
    return {.names = "--what-if-freed",
            .kind = Option::Kind::text,
            .value = "OBJECT",
            .help =
                "What would go if OBJECT went: an address, the name of a root or of a container "
                "(DocumentCache::docs_), or the pattern of a type, which means "
                "all of its objects at once."};
}

Result<int> show_what_if(const Typed& typed, const Console& console, const std::string& command) {
    const auto session = Session::open(std::span(typed.arguments()).first(1), console);
    if (!session) return session.error();
    const Heap& heap = session->last();
    const auto ownership = analyze::Ownership::of(heap, typed.has("raw"));
    if (!ownership) return ownership.error();
    const std::string what = typed.text("what-if-freed");
    auto freed = analyze::what_if_freed(heap, *ownership, {.what = what, .limit = rows_of(typed, 10).limit});
    if (!freed) return freed.error();
    Report report = begin_references(*session, command);
    report.shapes.emplace_back(std::move(freed->facts));
    report.shapes.emplace_back(std::move(freed->goes_by_type));
    report.shapes.emplace_back(std::move(freed->stays_by_type));
    const std::string snapshot = shell_quoted(typed.arguments()[0]);
    report.next = {fmt::format("heapkit tree {} {}", snapshot, shell_quoted(what)),
                   fmt::format("heapkit retained {}", snapshot)};
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace heapkit::cli
