// SPDX-License-Identifier: MIT
//
// Single objects: which there are, what each is, and who holds it.
//
// Side: viewer/server.
#include <fmt/format.h>
#include <algorithm>

#include "analyze/chains.h"
#include "analyze/holders.h"
#include "analyze/losses.h"
#include "analyze/neighbours.h"
#include "analyze/object.h"
#include "analyze/object_fields.h"
#include "analyze/objects.h"
#include "base/shell_words.h"
#include "server/questions.h"

namespace heapkit::viewer {
namespace {

constexpr size_t most_kinds = 5;       // of chains, each with its picture
constexpr size_t most_neighbours = 8;  // of an object, in a picture
constexpr size_t most_nodes = 120;     // of a picture: more nobody can read
constexpr uint64_t usual_depth = 3;

void say_rows(Answer& answer, const Table& table, uint64_t offset) {
    const auto total = static_cast<int64_t>(table.rows.size() + table.rows_left_out);
    answer.members.push_back({table.key, "offset", static_cast<int64_t>(offset)});
    answer.members.push_back({table.key, "rows_total", total});
}

analyze::ObjectsOptions objects_options_in(const Parameters& parameters) {
    using Order = analyze::ObjectsOptions::Order;
    const Window window = window_in(parameters);
    const bool is_descending = window.sort.starts_with('-');
    const std::string key = window.sort.substr(is_descending ? 1 : 0);
    const Order order = key == "size" ? Order::size : key == "age_ns" ? Order::age : Order::address;
    return {.type = literal_pattern(text_in(parameters, "type")),
            .order = order,
            // The analysis has the largest and the oldest first, and the lowest address.
            .is_reversed = order == Order::address ? is_descending : !is_descending,
            .site = window.filter,
            .offset = window.offset,
            .limit = std::max<uint64_t>(window.limit, 1)};
}

struct Asked {
    analyze::Choice choice;
    std::string words;  // for the commands that are suggested
};
Result<Asked> choice_in(const Material& material, const Parameters& parameters) {
    const std::string type = literal_pattern(text_in(parameters, "type"));
    const std::vector<std::string> addresses = addresses_in(parameters, "address");
    if (type.empty() == addresses.empty())
        return Error{"it must be said which objects", "With type=NAME, or with address=0x…; one of the two."};
    if (!type.empty())
        return Asked{{.addresses = {}, .type = type},
                     fmt::format("{} --type {}", material.last_file(), shell_quoted(type))};
    return Asked{{.addresses = addresses}, fmt::format("{} {}", material.last_file(), fmt::join(addresses, " "))};
}

Result<Net> net_of(const Material& material, const Parameters& parameters, const analyze::Choice& choice) {
    std::vector<uint64_t> followed;
    for (const std::string& address : addresses_in(parameters, "expand"))
        followed.push_back(address_of(address).value_or(0));
    auto net = analyze::neighbours(material.last(),
                                   {.of = choice,
                                    .most_subjects = std::max<size_t>(choice.addresses.size(), 1),
                                    .max_depth = static_cast<uint32_t>(number_in(parameters, "depth", usual_depth)),
                                    .too_many = most_neighbours,
                                    .most_nodes = most_nodes,
                                    .followed = std::move(followed)});
    if (net) net->key = "net";
    return net;
}

}  // namespace

Result<Answer> answer_objects(Material& material, const Parameters& parameters) {
    const analyze::ObjectsOptions options = objects_options_in(parameters);
    if (options.type.empty()) return Error{"type is missing: which objects?", "As in objects?type=Session."};
    auto table = analyze::objects(material.last(), options);
    if (!table) return table.error();
    Answer answer = material.about_last("objects");
    say_rows(answer, *table, options.offset);
    answer.is_cut_already = true;
    const std::string words = fmt::format("{} --type {}", material.last_file(), shell_quoted(options.type));
    answer.report.next = {fmt::format("heapkit objects {}", words), fmt::format("heapkit backrefs {} --chain", words)};
    answer.report.shapes.emplace_back(*std::move(table));
    add_loss_notes(material, analyze::on_types | analyze::on_stacks, answer.report);
    return answer;
}

Result<Answer> answer_object(Material& material, const Parameters& parameters) {
    const Window window = window_in(parameters);
    const uint64_t referents_offset = number_in(parameters, "referents_offset", 0);
    const std::string address = text_in(parameters, "address");
    const auto place = analyze::block_at(material.last(), address);
    if (!place) return place.error();
    auto object = analyze::object(material.last(), {.address = address,
                                                    .limit = std::max<uint64_t>(window.limit, 1),
                                                    .referrers_offset = window.offset,
                                                    .referents_offset = referents_offset});
    if (!object) return object.error();
    Answer answer = material.about_last("object");
    answer.is_cut_already = true;
    say_rows(answer, object->referrers, window.offset);
    say_rows(answer, object->referents, referents_offset);
    for (Table* const table :
         {&object->facts, &object->votes, &object->referrers, &object->referents, &object->allocation})
        if (!table->key.empty()) answer.report.shapes.emplace_back(std::move(*table));
    answer.report.shapes.emplace_back(analyze::object_fields(material.last(), *place));
    answer.report.notes = std::move(object->notes);
    add_loss_notes(material, analyze::on_types | analyze::on_stacks, answer.report);
    const std::string what = fmt::format("{} {}", material.last_file(), address);
    answer.report.next = {fmt::format("heapkit backrefs {} --chain", what), fmt::format("heapkit refs {}", what)};
    return answer;
}

Result<Answer> answer_holders(Material& material, const Parameters& parameters) {
    const auto asked = choice_in(material, parameters);
    if (!asked) return asked.error();
    auto net = net_of(material, parameters, asked->choice);
    if (!net) return net.error();
    Answer answer = material.about_last("holders");
    add_loss_notes(material, analyze::on_types, answer.report);
    answer.main_table = "holders";
    if (asked->choice.type.empty()) {
        auto chains = analyze::chains(material.last(), {.of = asked->choice, .limit = most_kinds});
        if (!chains) return chains.error();
        add_picture(answer, *std::move(net));
        for (Net& chain : chains->nets) add_picture(answer, std::move(chain));
        for (std::string& note : chains->notes) answer.report.notes.push_back(std::move(note));
        answer.report.next = {fmt::format("heapkit backrefs {} --chain", asked->words),
                              fmt::format("heapkit backrefs {} -o backrefs.png", asked->words)};
        return answer;
    }
    auto holders = analyze::holders(material.last(), {.of = asked->choice, .limit = most_kinds});
    if (!holders) return holders.error();
    answer.report.shapes.emplace_back(std::move(holders->holders));
    add_picture(answer, *std::move(net));
    for (Net& chain : holders->nets) add_picture(answer, std::move(chain));
    for (std::string& note : holders->notes) answer.report.notes.push_back(std::move(note));
    answer.report.next = {
        fmt::format("heapkit holders {}", asked->words),
        fmt::format("heapkit retained {} --what-if-freed {}", material.last_file(), shell_quoted(asked->choice.type))};
    return answer;
}

}  // namespace heapkit::viewer
