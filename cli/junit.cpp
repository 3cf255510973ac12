// SPDX-License-Identifier: MIT
//
// See junit.h.
//
// Side: our process, cli.
#include "junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "console.h"
#include "render/safe_text.h"

namespace heapkit::cli {
namespace {

using render::xml_text;
using Outcome = TestCase::Outcome;

// Line by line: a line feed may stay.
std::string lines_of(std::string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        out += xml_text(text.substr(at, end - at));
        if (end < text.size()) out += '\n';
        at = end + 1;
    }
    return out;
}

size_t count_of(const TestSuite& suite, Outcome outcome) {
    return static_cast<size_t>(std::ranges::count(suite.cases, outcome, &TestCase::outcome));
}

std::string case_text(const TestSuite& suite, const TestCase& each) {
    const std::string head =
        fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(suite.name), xml_text(each.name));
    if (each.outcome == Outcome::passed) return head + "/>\n";
    const std::string_view tag = each.outcome == Outcome::failed ? "failure" : "error";
    return fmt::format("{}>\n      <{} message=\"{}\">{}</{}>\n    </testcase>\n", head, tag, xml_text(each.message),
                       lines_of(each.details), tag);
}

}  // namespace

std::string to_junit(const TestSuite& suite) {
    const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", suite.cases.size(),
                                           count_of(suite, Outcome::failed), count_of(suite, Outcome::could_not_tell));
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", counts, xml_text(suite.name), counts);
    for (const TestCase& each : suite.cases) text += case_text(suite, each);
    return text + "  </testsuite>\n</testsuites>\n";
}

Result<void> write_junit(const std::string& file, const TestSuite& suite, const Console& console) {
    const auto written = write_whole_file(file, to_junit(suite), console);
    if (written) return {};
    return Error{written.error().what, "Choose another place with --junit FILE."};
}

}  // namespace heapkit::cli
