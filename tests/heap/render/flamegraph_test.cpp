// SPDX-License-Identifier: MIT
//
// The flame graph's SVG: one file, well-formed, and no name in it becomes markup.
//
// Side: tests.
#include "render/flamegraph.h"

#include "catch.h"

using namespace heapkit;
using namespace heapkit::render;

namespace {

Tree tree_of(const std::string& name, int64_t total = 100) {
    Tree tree{.title = "Live bytes of p", .key = "flamegraph", .subtitle = "1.heap"};
    tree.names = {"all", name, "libp.so", ""};
    tree.parent = {0, 0};
    tree.name = {0, 1};
    tree.group = {3, 2};
    tree.total = {100, total};
    return tree;
}

}  // namespace

TEST_CASE("a name that looks like markup or an escape sequence stays text") {
    const std::string svg = flame_graph(tree_of("<script>alert('x')</script>\x1b[2J]]>&")).svg;
    CHECK(svg.find("<script>alert") == std::string::npos);
    CHECK(svg.find('\x1b') == std::string::npos);
    CHECK_THAT(svg, Catch::Contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\x1b[2J]]&gt;&amp;"));
}

TEST_CASE("the picture names what it shows, has a legend, and loads nothing") {
    const std::string svg = flame_graph(tree_of("main")).svg;
    CHECK_THAT(svg, Catch::Contains("Live bytes of p"));
    CHECK_THAT(svg, Catch::Contains("1.heap"));
    CHECK_THAT(svg, Catch::Contains("libp.so"));
    CHECK_THAT(svg, Catch::Contains("prefers-color-scheme: dark"));
    CHECK(svg.find("href") == std::string::npos);
    CHECK(svg.find("@import") == std::string::npos);
    CHECK(svg.find("url(") == std::string::npos);
    size_t addresses = 0;
    for (size_t at = svg.find("http"); at != std::string::npos; at = svg.find("http", at + 1)) {
        CHECK(svg.compare(at, 26, "http://www.w3.org/2000/svg") == 0);
        ++addresses;
    }
    CHECK(addresses > 0);
}

TEST_CASE("growth is red, shrinking blue, no change grey") {
    const auto class_of = [](int64_t now, int64_t before) {
        Tree tree = tree_of("f", now);
        tree.is_difference = true;
        tree.old_total = {100, before};
        const std::string svg = flame_graph(tree).svg;
        const size_t frame = svg.find("data-d=\"1\"");
        const size_t begin = svg.rfind("class=\"", frame) + 7;
        return svg.substr(begin, svg.find('"', begin) - begin);
    };
    CHECK(class_of(50, 0) == "grew4");
    CHECK(class_of(50, 25) == "grew2");
    CHECK(class_of(50, 50) == "same");
    CHECK(class_of(50, 100) == "shrank2");
}

TEST_CASE("frames that are too narrow to see are counted, not drawn") {
    Tree tree = tree_of("wide", 1);
    tree.total[0] = 1'000'000;
    const FlameGraph graph = flame_graph(tree);
    CHECK(graph.frames == 1);
    CHECK(graph.frames_too_small == 1);
    CHECK_THAT(graph.svg, Catch::Contains("1 too narrow to draw"));
}

TEST_CASE("a stack of a hundred thousand frames is drawn as far as one can look") {
    Tree tree{.title = "deep", .key = "flamegraph"};
    tree.names = {"all", "f", ""};
    for (uint32_t node = 0; node < 100'000; ++node) {
        tree.parent.push_back(node == 0 ? 0 : node - 1);
        tree.name.push_back(node == 0 ? 0 : 1);
        tree.group.push_back(2);
        tree.total.push_back(8);
    }
    const FlameGraph graph = flame_graph(tree);
    CHECK(graph.frames < 1000);
    CHECK(graph.frames > 100);
}
