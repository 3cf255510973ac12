// SPDX-License-Identifier: MIT
//
// heapkit objects: which objects are there of a type, to pick one.
//
// Side: our process, cli.
#include "analyze/objects.h"

#include <fmt/format.h>

#include "analyze/losses.h"
#include "commands.h"
#include "options.h"
#include "session.h"
#include "steps.h"

namespace heapkit::cli {
namespace {

using Order = analyze::ObjectsOptions::Order;

constexpr size_t usual_rows = 10;

Order order_of(const std::string& text) {
    if (text == "size") return Order::size;
    return text == "age" ? Order::age : Order::address;
}

std::vector<std::string> next_steps(const Table& table, const Typed& typed) {
    const std::string snapshot = shell_quoted(typed.arguments()[0]), type = shell_quoted(typed.text("type"));
    const std::string address = first_cell_of(table, "address");
    std::vector<std::string> next = {fmt::format("heapkit backrefs {} --type {} --chain", snapshot, type)};
    if (address.empty()) return next;
    next.push_back(fmt::format("heapkit object {} {}", snapshot, address));
    next.push_back(fmt::format("heapkit backrefs {} {} -o {}", snapshot, address, picture_name_of(typed.text("type"))));
    return next;
}

Result<int> run(const Typed& typed, Console& console) {
    if (!typed.has("type")) return Error{"--type is missing: which objects?", "See: heapkit objects --help"};
    auto filter = filter_of(typed);
    if (!filter) return filter.error();
    const auto session = Session::open(typed.arguments(), console);
    if (!session) return session.error();
    auto table = analyze::objects(session->last(), {.type = typed.text("type"),
                                                    .filter = std::move(*filter),
                                                    .order = order_of(typed.text("sort")),
                                                    .limit = rows_of(typed, usual_rows).limit});
    if (!table) return table.error();
    Report report = session->begin_report("objects");
    report.next = next_steps(*table, typed);
    report.shapes.emplace_back(std::move(*table));
    report.notes = analyze::loss_notes(session->heaps(), analyze::on_types | analyze::on_stacks);
    session->show(report, typed, console);
    return exit_fine;
}

}  // namespace

Command objects_command() {
    const Option type = {.names = "--type",
                         .kind = Option::Kind::text,
                         .value = "TYPE",
                         .help = "Objects of TYPE, which may be a pattern: UserRecord is also docserver::UserRecord."};
    const Option sort = {.names = "--sort",
                         .kind = Option::Kind::choice,
                         .value = "KEY",
                         .help = "By address, the largest first, or the oldest first.",
                         .choices = {"address", "size", "age"},
                         .fallback = "address"};
    const Option limit = limit_option("objects", "10");
    return {.name = "objects",
            .summary = "Which objects there are of a type: address, size, age, site, holder",
            .description =
                "As objgraph's by_type(): to pick one and ask on. Each line has the address, which other commands "
                "take, the size, how long the object had lived, where it was allocated, and who holds it.",
            .arguments = {{"SNAPSHOT", "A file that heapkit run or heapkit snapshot wrote."}},
            .options = joined({{type, sort},
                               filter_options(),
                               {limit, {.names = "--json", .help = "Write the answer as JSON, all rows."}}}),
            .examples = {{"heapkit objects 1.heap --type UserRecord", "the first ten"},
                         {"heapkit objects 1.heap --type Session --sort age", "the oldest: what should be gone?"},
                         {"heapkit objects 1.heap --type Buffer --sort size -n 3", "the three largest"}},
            .next = {"object", "backrefs"},
            .run = run};
}

}  // namespace heapkit::cli
