// SPDX-License-Identifier: MIT
//
// Nets as text, as DOT and as pictures; and names in them that would like to be something else.
//
// Side: tests.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "render/dot.h"
#include "render/graphviz.h"
#include "render/json.h"
#include "render/text.h"

using namespace heapkit;
using namespace heapkit::render;
using Role = NetNode::Role;

namespace {

Net chain() {
    Net net{.title = "1,000 of 1,009 UserRecord are held like this", .key = "chain", .is_chain = true};
    net.nodes = {{.lines = {"EventBus::handlers_", "static member, event_bus.cpp:12"}, .role = Role::root},
                 {.lines = {"vector<function<void(Result)>>", "1,000 elements"}, .role = Role::container, .depth = 1},
                 {.lines = {"λ in handle_request(int)", "server.cpp:41 · 56 B"}, .role = Role::closure, .depth = 2},
                 {.lines = {"UserRecord", "48 B"}, .role = Role::subject, .depth = 3, .address = 0x5581e0c0a2b0},
                 {.lines = {"999 more like this"}, .role = Role::folded, .depth = 2}};
    net.edges = {{0, 1, "", true, true}, {1, 2, "[17]", true, true}, {2, 3, "captured user", true, true}, {1, 4}};
    return net;
}

Net backrefs() {
    Net net{.title = "who holds Session", .key = "backrefs"};
    net.nodes = {{.lines = {"Session", "240 B"}, .role = Role::subject},
                 {.lines = {"Connection", "48 B"}, .depth = 1, .has_more = true},
                 {.lines = {"Registry::table_"}, .role = Role::root, .depth = 1},
                 {.lines = {"Peer"}, .depth = 1}};
    net.edges = {{1, 0, "session"}, {2, 0, "[\"k\"]"}, {3, 0, "peer", false}, {0, 1, "connection"}};
    return net;
}

std::string shown(const Net& net, TextOptions options = {}) {
    Report report;
    report.shapes = {net};
    return to_text(report, options);
}

std::string drawn(const Net& net, PictureFormat format) {
    const auto bytes = draw({.net = net, .caption = "docserver, 2.heap", .format = format});
    INFO((bytes ? "" : bytes.error().what));
    REQUIRE(bytes);
    return *bytes;
}

uint32_t big_endian(std::string_view bytes) {
    uint32_t number = 0;
    for (const char c : bytes.substr(0, 4)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

size_t count_of(std::string_view part, std::string_view text) {
    size_t count = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a chain reads from its root down, with the field before what it leads to") {
    CHECK(shown(chain()) ==
          "1,000 of 1,009 UserRecord are held like this\n"
          "  EventBus::handlers_                    static member, event_bus.cpp:12\n"
          "  └─ vector<function<void(Result)>>      1,000 elements\n"
          "     ├─ [17] → λ in handle_request(int)  server.cpp:41 · 56 B\n"
          "     │  └─ captured user → UserRecord    48 B\n"
          "     └─ 999 more like this\n");
}

TEST_CASE(
    "a net reads from what was asked for outwards, says what does not own, and where it was not followed further") {
    CHECK(shown(backrefs()) ==
          "who holds Session\n"
          "  Session                       240 B\n"
          "  ├─ session of Connection      48 B …\n"
          "  ├─ [\"k\"] of Registry::table_\n"
          "  ├─ peer of Peer               does not own\n"
          "  └─ connection → Connection    see above\n");
}

TEST_CASE("facts that do not fit beside a name stand below each other, within the width") {
    Net net = chain();
    net.nodes[3].lines = {"UserRecord", "48 B, keeps 1.9 KiB", "in handle_request(int) server.cpp:38"};
    const std::string text = shown(net, {.width = 80});
    CHECK_THAT(text,
               Catch::Contains("     │  └─ captured user → UserRecord    48 B, keeps 1.9 KiB\n"
                               "     │                                   in handle_request(int) server.cpp:38\n"));
}

TEST_CASE("a cycle ends in text") {
    Net net{.title = "cycle", .key = "cycle", .is_chain = true};
    net.nodes = {{.lines = {"Parent"}}, {.lines = {"Child"}}};
    net.edges = {{0, 1, "child_"}, {1, 0, "parent_"}, {1, 1, "self_"}};
    CHECK(shown(net) ==
          "cycle\n"
          "  Parent\n"
          "  └─ child_ → Child\n"
          "     ├─ parent_ → Parent  see above\n"
          "     └─ self_ → Child     see above\n");
}

TEST_CASE("a net of many thousand steps is no deep recursion") {
    Net net{.title = "deep", .key = "deep", .is_chain = true};
    for (uint32_t node = 0; node < 50'000; ++node) {
        net.nodes.push_back({.lines = {"Node"}, .depth = node});
        if (node > 0) net.edges.push_back({node - 1, node, "next"});
    }
    CHECK(count_of("\n", shown(net)) == 50'001);
}

TEST_CASE("JSON has of each node what a program wants, and of each edge which way it leads") {
    Report report;
    report.shapes = {chain()};
    const auto net = nlohmann::json::parse(to_json(report))["answers"]["chain"];
    CHECK(net["nodes"][0]["role"] == "root");
    CHECK(net["nodes"][0]["address"].is_null());
    CHECK(net["nodes"][3]["role"] == "subject");
    CHECK(net["nodes"][3]["address"] == "0x5581e0c0a2b0");
    CHECK(net["edges"][2]["label"] == "captured user");
    CHECK(net["edges"][2]["to"] == 3);
    CHECK(net["edges"][2]["on_path"] == true);
}

TEST_CASE("DOT says roles by colour, the path in bold, what does not own dotted, and explains only what occurs") {
    const std::string chain_dot = to_dot(chain(), "docserver, 2.heap");
    CHECK_THAT(chain_dot, Catch::Contains("rankdir=LR"));
    CHECK_THAT(chain_dot, Catch::Contains("n0 [label=\"EventBus::handlers_\\nstatic member, event_bus.cpp:12\", "
                                          "fillcolor=\"#b8e0b0\""));
    CHECK_THAT(chain_dot, Catch::Contains("n2 -> n3 [label=\"captured user\", labeltooltip=\"captured user\", "
                                          "penwidth=1.8"));
    CHECK_THAT(chain_dot, Catch::Contains("n1 -> n4 [style=dotted, arrowhead=none"));
    CHECK_THAT(chain_dot, Catch::Contains("docserver, 2.heap</TD>"));
    CHECK_THAT(chain_dot, !Catch::Contains("does not own"));
    const std::string backrefs_dot = to_dot(backrefs(), "");
    CHECK_THAT(backrefs_dot, Catch::Contains("n3 -> n0 [label=\"peer\", labeltooltip=\"peer\", style=dotted]"));
    CHECK_THAT(backrefs_dot, Catch::Contains("n1 [label=\"Connection\\n48 B\\n⋯\""));
    CHECK_THAT(backrefs_dot, Catch::Contains("does not own"));
    CHECK_THAT(backrefs_dot, !Catch::Contains("closure"));
}

TEST_CASE("a highlighted and a lost object have marks that the legend explains") {
    Net net = backrefs();
    net.nodes[1].is_highlighted = true;
    net.nodes[3].is_lost = true;
    const std::string dot = to_dot(net, "");
    CHECK_THAT(dot, Catch::Contains("highlighted"));
    CHECK_THAT(dot, Catch::Contains("lost: nothing reaches it"));
}

TEST_CASE("a bold way that begins at no root is called a path, and no path to a root") {
    Net net = backrefs();
    net.edges[0].on_path = true;
    CHECK_THAT(to_dot(net, ""), Catch::Contains("path to a root"));
    net.nodes[2].role = Role::object;
    CHECK_THAT(to_dot(net, ""), !Catch::Contains("path to a root"));
}

TEST_CASE("the extension names the format, and an unknown one is told ours") {
    CHECK(*picture_format_of("a.b/chain.PNG") == PictureFormat::png);
    CHECK(*picture_format_of("x.svg") == PictureFormat::svg);
    CHECK(*picture_format_of("x.pdf") == PictureFormat::pdf);
    CHECK(*picture_format_of("x.dot") == PictureFormat::dot);
    CHECK(*picture_format_of("-") == PictureFormat::dot);
    for (const char* const name : {"x.bmp", "x", "", "png"}) {
        const auto format = picture_format_of(name);
        REQUIRE_FALSE(format);
        CHECK_THAT(format.error().hint, Catch::Contains(".png, .svg, .pdf or .dot"));
    }
}

TEST_CASE("a PNG is a PNG of a size that a screen can show") {
    const std::string png = drawn(chain(), PictureFormat::png);
    REQUIRE(png.starts_with("\x89PNG\r\n\x1a\n"));
    const uint32_t width = big_endian(png.substr(16)), height = big_endian(png.substr(20));
    CHECK(width > 800);
    CHECK(width < 2400);
    CHECK(height > 80);
    CHECK(height < 600);
}

TEST_CASE("SVG has the text as text, PDF is PDF, and DOT is the text that was drawn") {
    CHECK_THAT(drawn(chain(), PictureFormat::svg), Catch::Contains(">EventBus::handlers_</text>"));
    CHECK(drawn(chain(), PictureFormat::pdf).starts_with("%PDF"));
    CHECK(drawn(chain(), PictureFormat::dot) == to_dot(chain(), "docserver, 2.heap"));
}

TEST_CASE("an empty net, and one node alone, can be drawn") {
    CHECK(drawn({.title = "nothing", .key = "net"}, PictureFormat::png).starts_with("\x89PNG"));
    Net one{.title = "one", .key = "net"};
    one.nodes = {{.role = Role::subject}};
    CHECK_THAT(drawn(one, PictureFormat::svg), Catch::Contains("</svg>"));
}

TEST_CASE("a name is text in every format, whatever it holds") {
    const std::string long_name = "T<" + std::string(10'000, 'x') + ">";
    Net net{.title = "<b>evil</b> & \"quoted\" \\N", .key = "back\"refs\\"};
    net.nodes = {{.lines = {"<script>alert(1)</script>", "a\\N b\\l c\\", "&lt;i&gt; &amp; &#65; &"},
                  .tooltip = "<script>alert(2)</script>\nsecond \"line\" \\N\\"},
                 {.lines = {long_name, "\x1b]0;owned\a \xff\xfe \xe2\x80\xae", "{a|b}"}, .tooltip = long_name}};
    net.edges = {{0, 1, "<script>\"x\"\\E</script>&amp;"}, {1, 0, "\n\r\t\\"}};
    const std::string svg = drawn(net, PictureFormat::svg);
    CHECK_THAT(svg, !Catch::Contains("<script"));
    CHECK_THAT(svg, !Catch::Contains("\x1b"));
    CHECK_THAT(svg, Catch::Contains(">&lt;script&gt;alert(1)&lt;/script&gt;</text>"));
    CHECK_THAT(svg, Catch::Contains(">a\\N b\\l c\\</text>"));
    CHECK_THAT(svg, Catch::Contains(">{a|b}</text>"));
    CHECK_THAT(svg, Catch::Contains("second &quot;line&quot; ⧵N⧵"));
    CHECK_THAT(svg, Catch::Contains("\\x1b]0;owned\\x07 \\xff\\xfe \\u202e"));
    CHECK(drawn(net, PictureFormat::png).size() < 200'000);  // the long name was cut
    CHECK(shown(net).find('\x1b') == std::string::npos);
}

TEST_CASE("a net too large to read is refused as a picture, and written as DOT") {
    Net net{.title = "large", .key = "net"};
    net.nodes.resize(most_nodes_drawn + 1);
    const auto picture = draw({.net = net, .caption = "", .format = PictureFormat::svg});
    REQUIRE_FALSE(picture);
    CHECK_THAT(picture.error().what, Catch::Contains("201 nodes"));
    CHECK_THAT(picture.error().hint, Catch::Contains("--max-depth"));
    CHECK(drawn(net, PictureFormat::dot).size() > most_nodes_drawn);
}

TEST_CASE("a net in which everything holds everything is laid out in straight lines") {
    Net net{.title = "crowd", .key = "net"};
    net.nodes.resize(20);
    for (uint32_t from = 0; from < 20; ++from) {
        for (uint32_t to = 0; to < 20; to += 3) net.edges.push_back({from, to, "field"});
    }
    CHECK_THAT(to_dot(net, ""), Catch::Contains("splines=line"));
    CHECK_THAT(drawn(net, PictureFormat::svg), Catch::Contains("</svg>"));
    CHECK_THAT(to_dot(chain(), ""), !Catch::Contains("splines"));
}
