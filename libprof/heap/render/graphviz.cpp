// SPDX-License-Identifier: MIT
//
// DOT text in, bytes of a picture out.
//
// Side: heap, floor 3 (render).
//
// The text that a reader gets with -o x.dot is the very text that is drawn. Renderers are named in full ("png:cairo"):
// without that Graphviz takes whatever plugin was installed last. Its warnings are kept for our error; without an
// error nobody wants them.
#include "render/graphviz.h"

#include <fmt/format.h>
#include <graphviz/gvc.h>
#include <algorithm>
#include <array>
#include <memory>

#include "render/dot.h"

namespace heapkit::render {
namespace {

struct FormatName {
    PictureFormat format;
    std::string_view extension;
    const char* renderer;
};
constexpr std::array<FormatName, 4> formats = {{{PictureFormat::png, ".png", "png:cairo"},
                                                {PictureFormat::svg, ".svg", "svg:svg"},
                                                {PictureFormat::pdf, ".pdf", "pdf:cairo"},
                                                {PictureFormat::dot, ".dot", ""}}};

// agattr() wants what it could write to, and does not.
char dpi[] = "dpi", png_dots_per_inch[] = "120";

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

// What Graphviz complained of while this lives.
class Complaints {
   public:
    Complaints() : former_level_(agseterr(AGWARN)), former_(agseterrf(&keep)) { text().clear(); }
    ~Complaints() {
        agseterrf(former_);
        agseterr(former_level_);
    }
    Complaints(const Complaints&) = delete;
    Complaints& operator=(const Complaints&) = delete;

    static std::string first_line() { return text().substr(0, text().find('\n')); }

   private:
    static std::string& text() {
        static std::string text;
        return text;
    }
    static int keep(char* message) {
        text() += message;
        return 0;
    }
    agerrlevel_t former_level_;
    agusererrf former_;
};

// One for the process, never freed: Graphviz 2.42's Pango plugin remembers the name of the last font, which lies in the
// context, and compares with it when the next picture begins.
GVC_t* context() {
    static GVC_t* const context = gvContext();
    return context;
}

struct CloseGraph {
    void operator()(Agraph_t* graph) const { agclose(graph); }
};

// A laid out graph; undone before the graph is closed.
class Layout {
   public:
    Layout(GVC_t* context, Agraph_t* graph)
        : context_(context), graph_(graph), is_done_(gvLayout(context, graph, "dot") == 0) {}
    ~Layout() {
        if (is_done_) gvFreeLayout(context_, graph_);
    }
    Layout(const Layout&) = delete;
    Layout& operator=(const Layout&) = delete;
    bool is_done() const noexcept { return is_done_; }

   private:
    GVC_t* context_;
    Agraph_t* graph_;
    bool is_done_;
};

Error cannot_draw(const Complaints& complaints) {
    const std::string why = complaints.first_line();
    return {fmt::format("Graphviz cannot draw the picture{}{}", why.empty() ? "" : ": ", why),
            "Write the graph with -o FILE.dot instead. On Debian the picture needs libgvc6 and fonts-dejavu-core."};
}

Result<std::string> drawn_by_graphviz(const std::string& dot, const FormatName& format) {
    const Complaints complaints;
    const std::unique_ptr<Agraph_t, CloseGraph> graph(agmemread(dot.c_str()));
    if (context() == nullptr || !graph) return cannot_draw(complaints);
    if (format.format == PictureFormat::png) agattr(graph.get(), AGRAPH, dpi, png_dots_per_inch);
    const Layout layout(context(), graph.get());
    if (!layout.is_done()) return cannot_draw(complaints);
    char* data = nullptr;
    unsigned int size = 0;
    const bool is_drawn = gvRenderData(context(), graph.get(), format.renderer, &data, &size) == 0;
    std::string bytes = is_drawn && data != nullptr ? std::string(data, size) : std::string();
    gvFreeRenderData(data);
    if (bytes.empty()) return cannot_draw(complaints);
    return bytes;
}

}  // namespace

Result<PictureFormat> picture_format_of(std::string_view path) {
    if (path == "-") return PictureFormat::dot;
    const std::string lower = in_lower_case(path);
    for (const FormatName& format : formats) {
        if (lower.ends_with(format.extension)) return format.format;
    }
    return Error{fmt::format("no picture format is known by the name of {}", path),
                 "Name a file that ends in .png, .svg, .pdf or .dot; - is DOT to standard output."};
}

Result<std::string> draw(const Picture& picture) {
    const std::string dot = to_dot(picture.net, picture.caption);
    if (picture.format == PictureFormat::dot) return dot;
    if (picture.net.nodes.size() > most_nodes_drawn || picture.net.edges.size() > most_edges_drawn) {
        return Error{
            fmt::format("a picture of {} nodes and {} edges would be too large to draw or to read; the most are "
                        "{} and {}",
                        picture.net.nodes.size(), picture.net.edges.size(), most_nodes_drawn, most_edges_drawn),
            "Ask for less with --max-depth or --too-many, or write the graph with -o FILE.dot."};
    }
    return drawn_by_graphviz(dot, *std::find_if(formats.begin(), formats.end(), [&](const FormatName& format) {
                                 return format.format == picture.format;
                             }));
}

}  // namespace heapkit::render
