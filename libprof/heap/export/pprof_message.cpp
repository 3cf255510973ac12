// SPDX-License-Identifier: MIT
//
// The fields of profile.proto, by number. See pprof_message.h.
//
// Side: heap, floor 7 (export).
#include "export/pprof_message.h"

#include <protozero/pbf_builder.hpp>
#include <unordered_map>

namespace heapkit::exports {
namespace {

enum class Profile : protozero::pbf_tag_type {
    sample_type = 1,
    sample = 2,
    mapping = 3,
    location = 4,
    function = 5,
    string_table = 6,
    drop_frames = 7,
    time_nanos = 9,
    duration_nanos = 10,
    period_type = 11,
    period = 12,
    comment = 13,
    default_sample_type = 14
};
enum class ValueType : protozero::pbf_tag_type { type = 1, unit = 2 };
enum class Sample : protozero::pbf_tag_type { location_id = 1, value = 2, label = 3 };
enum class LabelField : protozero::pbf_tag_type { key = 1, str = 2, num = 3, num_unit = 4 };
enum class MappingField : protozero::pbf_tag_type {
    id = 1,
    memory_start = 2,
    memory_limit = 3,
    file_offset = 4,
    filename = 5,
    build_id = 6,
    has_functions = 7,
    has_filenames = 8,
    has_line_numbers = 9,
    has_inline_frames = 10
};
enum class LocationField : protozero::pbf_tag_type { id = 1, mapping_id = 2, address = 3, line = 4 };
enum class LineField : protozero::pbf_tag_type { function_id = 1, line = 2 };
enum class FunctionField : protozero::pbf_tag_type { id = 1, name = 2, system_name = 3, filename = 4 };

// Bytes that are not UTF-8 would make the whole message unreadable: protocol buffers check strings.
std::string as_utf8(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const size_t length = lead < 0x80                   ? 1
                              : lead >= 0xc2 && lead < 0xe0 ? 2
                              : lead >= 0xe0 && lead < 0xf0 ? 3
                              : lead >= 0xf0 && lead < 0xf5 ? 4
                                                            : 0;
        bool is_whole = length != 0 && at + length <= text.size();
        for (size_t next = 1; is_whole && next < length; ++next)
            is_whole = (static_cast<unsigned char>(text[at + next]) & 0xc0) == 0x80;
        clean += is_whole ? std::string(text.substr(at, length)) : "?";
        at += is_whole ? length : 1;
    }
    return clean;
}

}  // namespace

struct PprofMessage::State {
    std::string bytes;
    protozero::pbf_builder<Profile> profile{bytes};
    std::unordered_map<std::string, int64_t> number_of = {{"", 0}};
    std::vector<const std::string*> texts = {&number_of.begin()->first};  // keys of a map stay where they are
    std::unordered_map<uint64_t, uint64_t> functions;                     // by name << 32 | file
    uint64_t mappings = 0, locations = 0;

    int64_t text(std::string_view text) {
        const auto [entry, is_new] = number_of.try_emplace(as_utf8(text), static_cast<int64_t>(texts.size()));
        if (is_new) texts.push_back(&entry->first);
        return entry->second;
    }
    void value_type(Profile field, std::string_view type, std::string_view unit) {
        protozero::pbf_builder<ValueType> row(profile, field);
        row.add_int64(ValueType::type, text(type));
        row.add_int64(ValueType::unit, text(unit));
    }
};

PprofMessage::PprofMessage() : state_(std::make_unique<State>()) {}
PprofMessage::~PprofMessage() = default;

void PprofMessage::sample_type(std::string_view type, std::string_view unit) {
    state_->value_type(Profile::sample_type, type, unit);
}

uint64_t PprofMessage::mapping(const Mapping& mapping) {
    protozero::pbf_builder<MappingField> row(state_->profile, Profile::mapping);
    row.add_uint64(MappingField::id, ++state_->mappings);
    row.add_uint64(MappingField::memory_start, mapping.start);
    row.add_uint64(MappingField::memory_limit, mapping.end);
    row.add_uint64(MappingField::file_offset, mapping.file_offset);
    row.add_int64(MappingField::filename, state_->text(mapping.file));
    row.add_int64(MappingField::build_id, state_->text(mapping.build_id));
    row.add_bool(MappingField::has_functions, mapping.has_functions);
    row.add_bool(MappingField::has_filenames, mapping.has_lines);
    row.add_bool(MappingField::has_line_numbers, mapping.has_lines);
    row.add_bool(MappingField::has_inline_frames, mapping.has_lines);
    return state_->mappings;
}

uint64_t PprofMessage::function(std::string_view name, std::string_view file) {
    const int64_t name_number = state_->text(name), file_number = state_->text(file);
    const uint64_t key = static_cast<uint64_t>(name_number) << 32 | static_cast<uint64_t>(file_number);
    const auto [entry, is_new] = state_->functions.try_emplace(key, state_->functions.size() + 1);
    if (!is_new) return entry->second;
    protozero::pbf_builder<FunctionField> row(state_->profile, Profile::function);
    row.add_uint64(FunctionField::id, entry->second);
    row.add_int64(FunctionField::name, name_number);
    row.add_int64(FunctionField::system_name, name_number);
    row.add_int64(FunctionField::filename, file_number);
    return entry->second;
}

uint64_t PprofMessage::location(uint64_t mapping, uint64_t address, std::span<const Line> innermost_first) {
    protozero::pbf_builder<LocationField> row(state_->profile, Profile::location);
    row.add_uint64(LocationField::id, ++state_->locations);
    if (mapping != 0) row.add_uint64(LocationField::mapping_id, mapping);
    row.add_uint64(LocationField::address, address);
    for (const Line& line : innermost_first) {
        protozero::pbf_builder<LineField> one(row, LocationField::line);
        one.add_uint64(LineField::function_id, line.function);
        if (line.line != 0) one.add_int64(LineField::line, line.line);
    }
    return state_->locations;
}

void PprofMessage::sample(std::span<const uint64_t> leaf_first, std::span<const int64_t> values,
                          std::span<const Label> labels) {
    for (const Label& label : labels)  // before the row is begun: a text may be new
        state_->text(label.key), state_->text(label.text), state_->text(label.unit);
    protozero::pbf_builder<Sample> row(state_->profile, Profile::sample);
    row.add_packed_uint64(Sample::location_id, leaf_first.begin(), leaf_first.end());
    row.add_packed_int64(Sample::value, values.begin(), values.end());
    for (const Label& label : labels) {
        protozero::pbf_builder<LabelField> one(row, Sample::label);
        one.add_int64(LabelField::key, state_->text(label.key));
        if (!label.text.empty()) {
            one.add_int64(LabelField::str, state_->text(label.text));
            continue;
        }
        one.add_int64(LabelField::num, label.number);
        if (!label.unit.empty()) one.add_int64(LabelField::num_unit, state_->text(label.unit));
    }
}

std::string PprofMessage::finish(const Facts& facts) {
    State& state = *state_;
    state.profile.add_int64(Profile::time_nanos, facts.time_ns);
    state.profile.add_int64(Profile::duration_nanos, facts.duration_ns);
    state.value_type(Profile::period_type, facts.period_type, facts.period_unit);
    state.profile.add_int64(Profile::period, facts.period);
    state.profile.add_int64(Profile::drop_frames, state.text(facts.drop_frames));
    for (const std::string& comment : facts.comments) state.profile.add_int64(Profile::comment, state.text(comment));
    state.profile.add_int64(Profile::default_sample_type, state.text(facts.default_sample_type));
    for (const std::string* text : state.texts) state.profile.add_string(Profile::string_table, *text);
    return std::move(state.bytes);
}

}  // namespace heapkit::exports
