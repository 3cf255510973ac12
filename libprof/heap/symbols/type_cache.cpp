// SPDX-License-Identifier: MIT
//
// See type_cache.h.
//
// Side: heap, floor 3 (symbols).
//
// The file, all integers and structs as the machine has them:
//
//     TypeCacheHeader
//     DebugType         type[types]
//     TypeText          text of each type
//     Member            member[members]
//     TemplateArgument  argument[arguments]
//     Variable          variable[variables]
//     uint64_t          address of each function
//     FunctionFacts     function[functions]
//     uint32_t          where each text ends
//     uint8_t           mark of each type
//     char              text[text_bytes]
#include "symbols/type_cache.h"

#include <algorithm>
#include <cstddef>

#include "symbols/cache_file.h"

namespace heapkit::symbols {
namespace {

constexpr CacheMagic magic = {'H', 'K', 'T', 'Y', 'P', '\n', 0, 4};  // the last byte is the version
constexpr uint64_t largest_bytes = uint64_t{1} << 30;

struct TypeCacheHeader {
    CacheStamp stamp;
    uint64_t fingerprint;
    uint64_t layout;  // sizes of the structs: another compiler's file is not ours
    uint64_t types, nominal_end, members, arguments, variables, functions, texts, text_bytes;

    std::array<CacheColumn, 7> columns() const {
        return {{{types, sizeof(DebugType) + sizeof(TypeText) + 1},
                 {members, sizeof(Member)},
                 {arguments, sizeof(TemplateArgument)},
                 {variables, sizeof(Variable)},
                 {functions, sizeof(uint64_t) + sizeof(FunctionFacts)},
                 {texts, sizeof(uint32_t)},
                 {text_bytes, 1}}};
    }
};

constexpr uint64_t layout_of_structs() {
    uint64_t layout = 0;
    for (const size_t size :
         {sizeof(DebugType), sizeof(TypeText), sizeof(Member), sizeof(TemplateArgument), sizeof(Variable),
          sizeof(FunctionFacts), offsetof(DebugType, size_bytes), offsetof(Member, offset_bytes),
          offsetof(TemplateArgument, value), offsetof(Variable, address), offsetof(FunctionFacts, is_constructor)})
        layout = layout * 131 + size;
    return layout;
}

// Every index leads somewhere, and following a derived type ends.
class Soundness {
   public:
    explicit Soundness(const TypeColumns& columns) : columns_(columns) {}

    bool holds() const {
        if (columns_.types.empty() || columns_.nominal_end == 0 || columns_.nominal_end > columns_.types.size())
            return false;
        for (size_t i = 0; i < columns_.types.size(); ++i)
            if (!is_sound_type(i)) return false;
        const auto& members = columns_.members;
        const auto& arguments = columns_.arguments;
        const auto& variables = columns_.variables;
        const auto& functions = columns_.functions;
        return std::all_of(members.begin(), members.end(),
                           [&](const Member& member) { return is_type(member.type) && is_text(member.name); }) &&
               std::all_of(arguments.begin(), arguments.end(),
                           [&](const TemplateArgument& argument) { return is_type(argument.type); }) &&
               std::all_of(variables.begin(), variables.end(),
                           [&](const Variable& variable) {
                               return is_type(variable.type) && is_text(variable.name) && is_text(variable.file);
                           }) &&
               std::all_of(functions.begin(), functions.end(), [&](const FunctionFacts& facts) {
                   return is_type(facts.of_class) && is_type(facts.argument) && is_text(facts.name);
               });
    }

   private:
    bool is_type(DebugTypeId id) const { return id.index() < columns_.types.size(); }
    bool is_text(StringId id) const { return id.index() < columns_.texts.count(); }
    bool stands_before(DebugTypeId id, size_t i) const { return columns_.is_nominal(id) || id.index() < i; }

    bool is_sound_type(size_t i) const {
        const DebugType& type = columns_.types[i];
        const bool is_derived = i >= columns_.nominal_end;
        if (type.kind > TypeKind::function) return false;
        if (type.members_begin > type.members_end || type.members_end > columns_.members.size()) return false;
        if (type.arguments_begin > type.arguments_end || type.arguments_end > columns_.arguments.size()) return false;
        if (!is_text(columns_.type_texts[i].name) || !is_text(columns_.type_texts[i].file)) return false;
        if (!is_derived) return type.target == DebugTypeId();
        for (uint32_t a = type.arguments_begin; a < type.arguments_end; ++a)
            if (!stands_before(columns_.arguments[a].type, i)) return false;
        return stands_before(type.target, i);
    }

    const TypeColumns& columns_;
};

CacheFile file_of(std::span<const uint8_t> build_id) { return {build_id, "types", largest_bytes}; }

}  // namespace

std::string packed(const TypeColumns& columns, uint64_t fingerprint) {
    TypeCacheHeader header = {};
    header.stamp.magic = magic;
    header.fingerprint = fingerprint;
    header.layout = layout_of_structs();
    header.types = columns.types.size();
    header.nominal_end = columns.nominal_end;
    header.members = columns.members.size();
    header.arguments = columns.arguments.size();
    header.variables = columns.variables.size();
    header.functions = columns.functions.size();
    header.texts = columns.texts.count();
    header.text_bytes = columns.texts.bytes().size();
    std::string content = begun_with(header);
    put_column(content, columns.types);
    put_column(content, columns.type_texts);
    put_column(content, columns.members);
    put_column(content, columns.arguments);
    put_column(content, columns.variables);
    put_column(content, columns.function_addresses);
    put_column(content, columns.functions);
    put_column(content, columns.texts.ends());
    put_column(content, columns.marks);
    content += columns.texts.bytes();
    seal(content);
    return content;
}

std::optional<TypeColumns> unpacked(std::string_view content, uint64_t fingerprint) {
    const auto header = whole_header<TypeCacheHeader>(content, magic);
    if (!header || header->layout != layout_of_structs() || (fingerprint != 0 && header->fingerprint != fingerprint))
        return std::nullopt;
    std::string_view rest = content.substr(sizeof(TypeCacheHeader));
    TypeColumns columns;
    columns.nominal_end = static_cast<uint32_t>(header->nominal_end);
    columns.types = take_column<DebugType>(rest, header->types);
    columns.type_texts = take_column<TypeText>(rest, header->types);
    columns.members = take_column<Member>(rest, header->members);
    columns.arguments = take_column<TemplateArgument>(rest, header->arguments);
    columns.variables = take_column<Variable>(rest, header->variables);
    columns.function_addresses = take_column<uint64_t>(rest, header->functions);
    columns.functions = take_column<FunctionFacts>(rest, header->functions);
    std::vector<uint32_t> ends = take_column<uint32_t>(rest, header->texts);
    columns.marks = take_column<uint8_t>(rest, header->types);
    auto texts = Texts::checked(std::string(rest), std::move(ends));
    if (!texts) return std::nullopt;
    columns.texts = *std::move(texts);
    if (!Soundness(columns).holds()) return std::nullopt;
    return columns;
}

std::optional<TypeColumns> load_cached_types(std::span<const uint8_t> build_id, uint64_t fingerprint) {
    return unpacked(read_cache(file_of(build_id)), fingerprint);
}

void store_cached_types(std::span<const uint8_t> build_id, uint64_t fingerprint, const TypeColumns& columns) {
    if (!build_id.empty()) write_cache(file_of(build_id), packed(columns, fingerprint));
}

}  // namespace heapkit::symbols
