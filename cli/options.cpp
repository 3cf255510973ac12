// SPDX-License-Identifier: MIT
//
// Shared options.
//
// Side: our process, cli.
#include "options.h"

namespace heapkit::cli {

using Kind = Option::Kind;

std::vector<Option> filter_options() {
    return {
        {.names = "--include",
         .kind = Kind::text,
         .value = "PATTERN",
         .help = "Keep only blocks whose site matches: PATTERN[:LINE] for its file, function=PATTERN, module=PATTERN, "
                 "domain=PATTERN; or type=PATTERN. Several: any may match.",
         .is_repeatable = true},
        {.names = "--exclude",
         .kind = Kind::text,
         .value = "PATTERN",
         .help = "Leave out blocks that match. Patterns as for --include.",
         .is_repeatable = true},
        {.names = "--domain",
         .kind = Kind::text,
         .value = "NAME",
         .help = "Keep only blocks that were allocated in this domain, or in one within it; - means outside of all. "
                 "Several: any may match.",
         .is_repeatable = true},
        {.names = "--all-frames", .help = "Patterns look at every frame of a stack, not at the site alone."},
        {.names = "--raw-frames",
         .help = "The site is the innermost frame, even when that is an allocator's or a container's."},
    };
}

Option limit_option(const std::string& what, const std::string& usual_limit) {
    return {.names = "-n,--limit",
            .kind = Kind::number,
            .value = "N",
            .help = "Show N " + what + ", 0 for all.",
            .fallback = usual_limit};
}

Option json_option() {
    return {.names = "--json", .help = "Write the answer as JSON, all rows unless --limit is given."};
}

std::vector<Option> showing_options(const std::string& usual_limit) {
    return {limit_option("rows of each table", usual_limit),
            {.names = "--full-paths", .help = "Show whole paths of files, not their shortest unambiguous end."},
            json_option()};
}

Option by_option(const std::string& fallback) {
    return {.names = "--by",
            .kind = Kind::choice,
            .value = "KEY",
            .help = "Group by KEY.",
            .choices = {"lineno", "filename", "function", "module", "traceback", "type", "thread", "domain"},
            .fallback = fallback};
}

Option metric_option() {
    return {.names = "--metric",
            .kind = Kind::choice,
            .value = "METRIC",
            .help =
                "What to add up: what is live, by size or by count; what was ever allocated; what was live at the "
                "peak; temporary blocks.",
            .choices = {"live", "count", "allocated", "peak", "temporary"},
            .fallback = "live"};
}

Option cumulative_option() {
    return {.names = "--cumulative", .help = "Charge every frame of a stack, each once, not the site alone."};
}

std::vector<Option> joined(std::vector<std::vector<Option>> lists) {
    std::vector<Option> all;
    for (auto& list : lists) {
        for (Option& option : list) all.push_back(std::move(option));
    }
    return all;
}

Result<analyze::Filter> filter_of(const Typed& typed) {
    analyze::Filter filter;
    filter.all_frames = typed.has("all-frames");
    filter.raw_frames = typed.has("raw-frames");
    filter.domains = typed.all("domain");
    for (const char* const name : {"include", "exclude"}) {
        for (const std::string& text : typed.all(name)) {
            auto pattern = analyze::parse_pattern(text);
            if (!pattern) return pattern.error();
            (name[0] == 'i' ? filter.include : filter.exclude).push_back(std::move(*pattern));
        }
    }
    return filter;
}

analyze::Grouping grouping_of(const Typed& typed, analyze::GroupBy fallback) {
    return {.by = analyze::parse_group_by(typed.text("by")).value_or(fallback),
            .metric = analyze::parse_metric(typed.text("metric")).value_or(analyze::Metric::live),
            .cumulative = typed.has("cumulative"),
            .raw_frames = typed.has("raw-frames")};
}

analyze::RowOptions rows_of(const Typed& typed, size_t usual) {
    return {.limit = typed.number("limit", typed.has("json") ? 0 : usual),
            .full_paths = typed.has("full-paths"),
            .raw_frames = typed.has("raw-frames")};
}

}  // namespace heapkit::cli
