// SPDX-License-Identifier: MIT
//
// Names and facts of vertices.
//
// Side: heap, floor 7 (analyze).
#include "analyze/vertex_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <vector>

#include "analyze/sites.h"
#include "base/units.h"
#include "read/words.h"
#include "symbols/short_name.h"

namespace heapkit::analyze {
namespace {

using refs::VertexId;
using refs::Vertices;
using types::Type;

std::string count_text(uint64_t count) { return count_to_text(static_cast<int64_t>(count)); }

// A closure's "λ in handle_request(int) server.cpp:41" in two.
constexpr std::string_view closure_mark = "λ in ";
size_t place_of_closure(std::string_view name) {
    const size_t space = name.rfind(' ');
    const bool has_place = name.starts_with(closure_mark) && space > closure_mark.size() &&
                           name.find(':', space) != std::string_view::npos;
    return has_place ? space : std::string_view::npos;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "λ in handle(int)", but "λ in handle(…)" of many.
std::string without_long_parameters(std::string name) {
    constexpr size_t longest = 16;
    const size_t open = name.find('(');
    if (open != std::string::npos && name.ends_with(')') && name.size() - open > longest)
        name.replace(open, std::string::npos, "(…)");
    return name;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '~'; }

}  // namespace

// Names begin behind what is no part of a word, in each bracket anew; a "::" forgets what stands before it.
std::string bare_name(std::string_view name) {
    std::string bare;
    std::vector<size_t> begins = {0};
    for (size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        if (c == ':' && at + 1 < name.size() && name[at + 1] == ':') {
            bare.resize(begins.back());
            ++at;
            continue;
        }
        bare += c;
        if (c == '<' || c == '(' || c == '{') {
            begins.push_back(bare.size());
        } else if (c == '>' || c == ')' || c == '}') {
            if (begins.size() > 1) begins.pop_back();
        } else if (!is_word(c)) {
            begins.back() = bare.size();
        }
    }
    return bare;
}

// A control block: a virtual table, then two 32-bit counts. The second counts all owners as one onlooker.
std::optional<UseCounts> use_counts_of(const Heap& heap, BlockId block) {
    static constexpr std::array<std::string_view, 4> classes = {
        "vtable for std::_Sp_counted_", "vtable for std::__shared_ptr_emplace<",
        "vtable for std::__shared_ptr_pointer<", "vtable for std::__1::__shared_ptr_"};
    const auto words = heap.words();
    if (!words) return std::nullopt;
    const auto first = words_of(*words, block).at(0), counts = words_of(*words, block).at(sizeof(uint64_t));
    if (!first || !counts || first->kind != read::WordKind::module || counts->kind != read::WordKind::integer)
        return std::nullopt;
    const std::string symbol = heap.frames().symbol_at(first->value);
    for (const std::string_view each : classes) {
        if (!symbol.starts_with(each)) continue;
        const auto owners = static_cast<uint32_t>(counts->value), others = static_cast<uint32_t>(counts->value >> 32);
        return UseCounts{.owners = owners, .onlookers = others == 0 ? 0 : others - (owners > 0)};
    }
    return std::nullopt;
}

int64_t age_ns(const Heap& heap, BlockId block) {
    const uint64_t born = heap.snapshot().timeline()[heap.blocks().birth[block.index()]].elapsed_ns;
    const uint64_t now = heap.snapshot().process().elapsed_ns;
    return born < now ? static_cast<int64_t>(now - born) : 0;
}

VertexText::VertexText(const Heap& heap, const refs::References& references)
    : heap_(heap), references_(references), sites_(heap.snapshot(), heap.frames()) {}

const Type& VertexText::type_of(VertexId vertex) const {
    return heap_.types().type(heap_.types().of(BlockId(vertex.index())));
}
const types::Container& VertexText::container_of(VertexId vertex) const {
    return heap_.types().containers().all[references_.vertices().container(vertex)];
}

std::string VertexText::name(VertexId vertex) const {
    switch (references_.vertices().kind(vertex)) {
        case Vertices::Kind::container:
            return bare_name(symbols::short_type(heap_.type_book().name(container_of(vertex).type)));
        case Vertices::Kind::root:
            return references_.root_name(vertex);
        case Vertices::Kind::block:
            break;
    }
    if (const std::string name = name_in_python(vertex); !name.empty()) return name;
    const Type& type = type_of(vertex);
    if (type.form == Type::Form::place || type.form == Type::Form::unknown) return type.name;
    const std::string bare = bare_name(type.name);
    // "string text" is what a string consists of; as an object it is the string.
    if (type.form == Type::Form::text) return bare.substr(0, bare.rfind(" text"));
    const size_t place = place_of_closure(bare);
    return place == std::string::npos ? bare : without_long_parameters(bare.substr(0, place));
}

namespace {

// "handle.<locals>.done app.py:57": which function, and where it stands.
std::pair<std::string_view, std::string_view> parts_of(std::string_view function) {
    const size_t space = function.rfind(' ');
    if (space == std::string_view::npos) return {function, {}};
    return {function.substr(0, space), function.substr(space + 1)};
}

}  // namespace

// Of a function, a class or a module; "" of others.
std::string VertexText::name_in_python(VertexId vertex) const {
    const uint32_t object = heap_.python().in(BlockId(vertex.index()));
    if (object == python::none) return "";
    const std::string_view text = heap_.python().text(object);
    if (text.empty()) return "";
    if (heap_.python().is_function(object)) return fmt::format("function {}", parts_of(text).first);
    const bool is_class = (heap_.python().python().objects[object].flags & PROF_PYTHON_CLASS) != 0;
    return fmt::format("{} {}", is_class ? "class" : "module", text);
}

std::string VertexText::full_name(VertexId vertex) const {
    switch (references_.vertices().kind(vertex)) {
        case Vertices::Kind::container:
            return heap_.type_book().name(container_of(vertex).type);
        case Vertices::Kind::root:
            if (const refs::VariableRef variable = references_.vertices().root(vertex).variable)
                return references_.variables().full_name(variable);
            return references_.root_name(vertex);
        case Vertices::Kind::block:
            break;
    }
    return type_of(vertex).full_name;
}

std::string VertexText::container_facts(VertexId vertex) const {
    const types::Container& container = container_of(vertex);
    std::string text = container.is_count_exact ? "" : "at least ";
    text += fmt::format("{} {}", count_text(container.elements), container.elements == 1 ? "element" : "elements");
    if (container.capacity > container.elements) text += fmt::format(" of {}", count_text(container.capacity));
    return fmt::format("{} · {}", text, size_to_text(references_.size_bytes(vertex)));
}

std::string VertexText::root_facts(VertexId vertex) const {
    const std::string kind = references_.root_kind(vertex);
    const refs::VariableRef variable = references_.vertices().root(vertex).variable;
    const uint32_t line = variable ? refs::Variables::line(variable) : 0;
    const std::string thread = variable ? references_.variables().thread(variable) : "";
    const std::string at =
        line == 0 ? "" : fmt::format(", {}:{}", last_part(references_.variables().file(variable)), line);
    return fmt::format("{}{}{}{}", kind, at, thread.empty() ? "" : " · ", thread);
}

std::string VertexText::facts(VertexId vertex) const {
    switch (references_.vertices().kind(vertex)) {
        case Vertices::Kind::container:
            return container_facts(vertex);
        case Vertices::Kind::root:
            return root_facts(vertex);
        case Vertices::Kind::block:
            break;
    }
    std::string text = size_to_text(references_.size_bytes(vertex));
    const uint32_t object = heap_.python().in(BlockId(vertex.index()));
    if (object != python::none) {
        const auto place = heap_.python().is_function(object) ? parts_of(heap_.python().text(object)).second : "";
        return place.empty() ? text : fmt::format("{} · {}", place, text);
    }
    const std::string bare = bare_name(type_of(vertex).name);
    if (const size_t place = place_of_closure(bare); place != std::string::npos)
        text = fmt::format("{} · {}", bare.substr(place + 1), text);
    if (const auto counts = use_counts_of(heap_, BlockId(vertex.index())))
        text += fmt::format(" · shared_ptr: {} of {} owners found", count_text(owners_of(vertex)),
                            count_text(counts->owners));
    return text;
}

// A shared_ptr to what make_shared made points at it twice; in a raw graph that is two references of one field.
size_t VertexText::owners_of(VertexId vertex) const {
    std::set<std::pair<uint32_t, std::string>> fields;
    for (const uint32_t edge : references_.reverse().in(vertex.value))
        if (references_.graph().edges[edge].is_strong())
            fields.emplace(graph::source_of(references_.graph(), edge), references_.label(edge));
    return fields.size();
}

std::string VertexText::site(VertexId vertex) const {
    if (references_.vertices().kind(vertex) != Vertices::Kind::block) return "";
    const auto location = sites_.site_of(heap_.blocks().stack_of(BlockId(vertex.index())));
    return location ? bare_name(sites_.text_of(*location)) : "";
}

uint64_t VertexText::address(VertexId vertex) const {
    const auto words = heap_.words();
    switch (references_.vertices().kind(vertex)) {
        case Vertices::Kind::container: {
            const types::Place& place = container_of(vertex).place;
            if (!place.is_root) return heap_.blocks().address[place.index] + place.offset_bytes;
            return words ? words->roots[place.index].address + place.offset_bytes : 0;
        }
        case Vertices::Kind::root: {
            const refs::Root& root = references_.vertices().root(vertex);
            if (root.is_python()) return 0;
            if (root.variable) return refs::Variables::address(root.variable);
            return words ? words->roots[root.area].address + root.offset_bytes : 0;
        }
        case Vertices::Kind::block:
            break;
    }
    return heap_.blocks().address[vertex.index()];
}

std::string VertexText::through(VertexId holder, const std::string& label) const {
    if (label.empty()) return name(holder);
    const bool is_root = references_.vertices().kind(holder) == Vertices::Kind::root;
    // "session.user in serve(Request const&)", "current.user of worker (tid 1001)".
    if (const refs::VariableRef variable = is_root ? references_.vertices().root(holder).variable : refs::VariableRef();
        variable.of_thread != nullptr && label.find(' ') == std::string::npos) {
        const refs::Variables::Name parts = references_.variables().name(variable);
        const bool is_index = label.front() == '[' || label.front() == '+';
        return fmt::format("{}{}{}{}", parts.own, is_index ? "" : ".", label, parts.scope);
    }
    if (label.front() == '[' || label.front() == '+') return name(holder) + label;
    if (label.find(' ') != std::string::npos) return fmt::format("{}: {}", name(holder), label);
    const bool is_block = references_.vertices().kind(holder) == Vertices::Kind::block;
    const bool is_python = is_block && heap_.python().in(BlockId(holder.index())) != python::none;
    return fmt::format("{}{}{}", name(holder), is_root || is_python ? "." : "::", label);
}

// A container is called by the field that it is, where that is known.
std::string VertexText::reference(uint32_t edge) const {
    const VertexId from(graph::source_of(references_.graph(), edge));
    const std::string label = references_.label(edge);
    if (references_.vertices().kind(from) != Vertices::Kind::container) return through(from, label);
    const uint32_t held_by = references_.paths().edge_to[from.index()];
    if (held_by == graph::no_edge) return through(from, label);
    const VertexId owner(graph::source_of(references_.graph(), held_by));
    const std::string field = references_.label(held_by);
    return through(owner, label.starts_with('[') || field.empty() ? field + label : field + '.' + label);
}

NetNode VertexText::node(VertexId vertex) const {
    const Vertices::Kind kind = references_.vertices().kind(vertex);
    NetNode node{.lines = {name(vertex), facts(vertex)}, .tooltip = full_name(vertex), .name = full_name(vertex)};
    node.address = address(vertex);
    node.size_bytes = static_cast<int64_t>(references_.size_bytes(vertex));
    node.is_lost = is_lost(vertex);
    if (kind == Vertices::Kind::container) node.role = NetNode::Role::container;
    if (kind == Vertices::Kind::root) {
        node.role = NetNode::Role::root;
        if (const refs::VariableRef variable = references_.vertices().root(vertex).variable)
            node.place = {.function = node.name,
                          .file = std::string(references_.variables().file(variable)),
                          .module = {},
                          .line = refs::Variables::line(variable)};
    }
    if (kind == Vertices::Kind::block) {
        const uint32_t object = heap_.python().in(BlockId(vertex.index()));
        const bool is_closure = object != python::none && heap_.python().has_closure(object);
        if (type_of(vertex).is_closure || is_closure) node.role = NetNode::Role::closure;
        if (const auto site = sites_.site_of(heap_.blocks().stack_of(BlockId(vertex.index()))))
            node.place = place_of(heap_, *site);
    }
    return node;
}

uint64_t VertexText::kind_key(VertexId vertex) const {
    const auto tagged = [](uint64_t tag, uint64_t value) { return tag << 60 ^ value; };
    switch (references_.vertices().kind(vertex)) {
        case Vertices::Kind::container:
            return tagged(1, container_of(vertex).type.value);
        case Vertices::Kind::root: {
            const refs::Root& root = references_.vertices().root(vertex);
            if (root.is_python()) return tagged(5, std::hash<std::string>()(references_.root_name(vertex)));
            if (root.variable) return tagged(2, refs::Variables::key(root.variable));
            const prof_root& area = heap_.words()->roots[root.area];
            // Of a stack each frame has its own addresses, and so has each thread.
            const bool has_name = area.kind == PROF_ROOT_GLOBALS || area.kind == PROF_ROOT_DECLARED;
            return has_name ? tagged(3, area.address + root.offset_bytes) : tagged(4, area.kind);
        }
        case Vertices::Kind::block:
            break;
    }
    return tagged(0, heap_.types().of(BlockId(vertex.index())).value);
}

bool VertexText::is_lost(VertexId vertex) const {
    // A block that is folded into a container has no path of its own.
    return references_.vertices().kind(vertex) != Vertices::Kind::root && references_.vertices().exists(vertex) &&
           references_.paths().edge_to[vertex.index()] == graph::no_edge;
}

}  // namespace heapkit::analyze
