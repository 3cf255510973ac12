// SPDX-License-Identifier: MIT
//
// JSON within HTML, whatever is in it.
//
// Side: tests.
#include "server/page.h"

#include "catch.h"
#include "render/json.h"

namespace heapkit::viewer {
namespace {

// What the page reads: the text of its script element.
std::string boot_of(const std::string& html) {
    const std::string begin = "<script id=\"boot\" type=\"application/json\">";
    const size_t at = html.find(begin);
    REQUIRE(at != std::string::npos);
    return html.substr(at + begin.size(), html.find("</script>", at) - at - begin.size());
}

}  // namespace

TEST_CASE("The build has a page, with one place for its boot") {
    REQUIRE(page_html.size() > 10'000);
    const size_t at = page_html.find("<!--boot-->");
    REQUIRE(at != std::string_view::npos);
    CHECK(page_html.find("<!--boot-->", at + 1) == std::string_view::npos);
}

TEST_CASE("Names cannot end the script element that they stand in") {
    const std::string evil = "</script><script>alert(1)</script><!-- \xe2\x80\xa8 \xe2\x80\xa9 ]]>";
    const std::string html =
        page_with({.is_report = true, .answers = {{evil, render::json_string(evil)}}, .left_out = {evil}});
    const std::string boot = boot_of(html);
    CHECK(boot.find('<') == std::string::npos);
    CHECK(boot.find("\xe2\x80\xa8") == std::string::npos);
    CHECK(boot.find("\xe2\x80\xa9") == std::string::npos);
    CHECK(boot.find("\\u003c/script>\\u003cscript>alert(1)") != std::string::npos);
    CHECK(boot.find("\\u2028") != std::string::npos);
    CHECK(boot.ends_with("]}"));
    CHECK(html.find("alert(1)</script>") == std::string::npos);
}

TEST_CASE("Letters beyond ASCII stay as they are") {
    const std::string boot = boot_of(page_with({.answers = {{"types", render::json_string("λ – “x”")}}}));
    CHECK(boot.find("λ – “x”") != std::string::npos);
    CHECK(boot.find("\"mode\": \"served\"") != std::string::npos);
}

}  // namespace heapkit::viewer
