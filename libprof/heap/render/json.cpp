// SPDX-License-Identifier: MIT
//
// The one door to nlohmann's JSON.
//
// Side: heap, floor 3 (render). Keys keep the order of columns. Trees are columns here too: a nested one would need as
// much stack as the program that was recorded.
#include "render/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "render/safe_text.h"

namespace heapkit::render {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

Json json_of(const Place& place) {
    return {{"function", place.function}, {"file", place.file}, {"line", place.line}, {"module", place.module}};
}

std::string_view role_text(NetNode::Role role) {
    switch (role) {
        case NetNode::Role::object:
            return "object";
        case NetNode::Role::root:
            return "root";
        case NetNode::Role::closure:
            return "closure";
        case NetNode::Role::container:
            return "container";
        case NetNode::Role::subject:
            return "subject";
        case NetNode::Role::folded:
            return "folded";
    }
    return "";
}

struct CellToJson {
    const Column& column;

    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(int64_t value) const {
        if (column.unit == Unit::address) return fmt::format("{:#x}", static_cast<uint64_t>(value));
        return value;
    }
    Json operator()(double value) const { return value; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(const Trend& trend) const { return trend; }
    Json operator()(const Traceback& traceback) const {
        Json frames = Json::array();
        for (const Place& place : traceback) frames.push_back(json_of(place));
        return frames;
    }
};

// A traceback's text has its frames below; in JSON they stand in a key of their own.
Json first_line(const Cell& cell, const Column& column) {
    const auto* text = std::get_if<std::string>(&cell);
    if (text == nullptr) return std::visit(CellToJson{column}, cell);
    return text->substr(0, text->find('\n'));
}

Json rows_of(const Table& table) {
    Json rows = Json::array();
    for (const auto& row : table.rows) {
        Json object = Json::object();
        for (size_t index = 0; index < row.size(); ++index) {
            const Column& column = table.columns[index];
            object[column.key] = first_line(row[index], column);
        }
        rows.push_back(std::move(object));
    }
    return rows;
}

Json json_of(const Table& table) {
    return {{"title", table.title}, {"rows", rows_of(table)}, {"rows_left_out", table.rows_left_out}};
}

Json json_of(const Tree& tree) {
    Json object = {{"title", tree.title},   {"unit", tree.unit == Unit::bytes ? "bytes" : "count"},
                   {"parent", tree.parent}, {"name", tree.name},
                   {"module", tree.group},  {"total", tree.total}};
    if (tree.is_difference) object["old_total"] = tree.old_total;
    object["names"] = tree.names;
    return object;
}

Json json_of(const Series& series) {
    Json lines = Json::object();
    for (size_t line = 0; line < series.names.size(); ++line) lines[series.names[line]] = series.y[line];
    return {{"title", series.title}, {"x", series.x}, {"y", std::move(lines)}};
}

Json json_of(const NetNode& node) {
    return {{"role", role_text(node.role)},
            {"name", node.name},
            {"lines", node.lines},
            {"address", node.address == 0 ? Json() : Json(fmt::format("{:#x}", node.address))},
            {"size", node.size_bytes},
            {"place", json_of(node.place)},
            {"depth", node.depth},
            {"has_more", node.has_more},
            {"lost", node.is_lost},
            {"highlighted", node.is_highlighted}};
}

Json json_of(const Net& net) {
    Json nodes = Json::array(), edges = Json::array();
    for (const NetNode& node : net.nodes) nodes.push_back(json_of(node));
    for (const NetEdge& edge : net.edges) {
        edges.push_back({{"from", edge.from},
                         {"to", edge.to},
                         {"label", edge.label},
                         {"owns", edge.owns},
                         {"on_path", edge.on_path}});
    }
    return {{"title", net.title}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

Json json_of(const Subject& subject) {
    Json json = {{"file", subject.file},
            {"program", subject.program},
            {"executable", subject.executable},
            {"pid", subject.pid},
            {"number", subject.number},
            {"run_id", fmt::format("{:016x}", subject.run_id)},
            {"snapshot_unix_ns", subject.snapshot_unix_ns},
            {"live_bytes", subject.live_bytes},
            {"live_blocks", subject.live_blocks}};
    if (subject.sample_bytes == 0) return json;
    json["sample_bytes"] = subject.sample_bytes;
    json["sampled_blocks"] = subject.sampled_blocks;
    json["live_bytes_margin"] = subject.margin_bytes;
    json["live_blocks_margin"] = subject.margin_blocks;
    return json;
}

Json document_of(const Report& report) {
    Json snapshots = Json::array(), answers = Json::object();
    for (const Subject& subject : report.subjects) snapshots.push_back(json_of(subject));
    for (const Shape& shape : report.shapes) {
        std::visit([&](const auto& answer) { answers[answer.key] = json_of(answer); }, shape);
    }
    return {{"format", format_version},
            {"heapkit", HEAPKIT_VERSION},
            {"command", report.command},
            {"snapshots", std::move(snapshots)},
            {"answers", std::move(answers)},
            {"notes", report.notes},
            {"next", report.next}};
}

struct MemberToJson {
    Json operator()(int64_t number) const { return number; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(const JsonMember::Texts& texts) const {
        Json array = Json::array();
        for (const auto& text : texts) array.push_back(text ? Json(*text) : Json());
        return array;
    }
    Json operator()(const JsonMember::Named& texts) const {
        Json object = Json::object();
        for (const auto& [key, text] : texts) object[key] = text ? Json(*text) : Json();
        return object;
    }
    Json operator()(const Table& table) const { return rows_of(table); }
};

// Names are bytes from a stranger; what is no UTF-8 becomes U+FFFD.
std::string text_of(const Json& document, int indent = -1) {
    return json_text(document.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string to_json(const Report& report) { return text_of(document_of(report), 2) + "\n"; }
std::string to_json_line(const Report& report) { return to_json_line(report, {}); }

std::string to_json_line(const Report& report, std::span<const JsonMember> members) {
    Json document = document_of(report);
    for (const JsonMember& member : members) {
        Json& place = member.answer.empty() ? document : document["answers"][member.answer];
        place[member.key] = std::visit(MemberToJson{}, member.value);
    }
    return text_of(document) + "\n";
}

std::string json_string(std::string_view text) { return text_of(Json(text)); }

}  // namespace heapkit::render
