// SPDX-License-Identifier: MIT
//
// See declared_book.h.
//
// Side: heap, floor 3 (symbols).
//
// Names are all that joins declarations, so sizes are collected by name first: of declared types, of fields that hold
// one, of what lies in nodes; then a class can be laid out whose parts are only known by name.
#include "symbols/declared_book.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <unordered_map>

#include "symbols/demangle.h"
#include "symbols/library_classes.h"
#include "symbols/type_book_builder.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t pointer_bytes = 8;
constexpr uint64_t most_unknown_pointers = 64;
constexpr int deepest = 64;  // names in names

struct Basic {
    std::string_view name;
    uint64_t size_bytes;
};
constexpr std::array basics = {Basic{"bool", 1},
                               Basic{"char", 1},
                               Basic{"signed char", 1},
                               Basic{"unsigned char", 1},
                               Basic{"char8_t", 1},
                               Basic{"short", 2},
                               Basic{"unsigned short", 2},
                               Basic{"char16_t", 2},
                               Basic{"int", 4},
                               Basic{"unsigned int", 4},
                               Basic{"char32_t", 4},
                               Basic{"wchar_t", 4},
                               Basic{"float", 4},
                               Basic{"long", 8},
                               Basic{"unsigned long", 8},
                               Basic{"long long", 8},
                               Basic{"unsigned long long", 8},
                               Basic{"double", 8},
                               Basic{"long double", 16},
                               Basic{"__int128", 16},
                               Basic{"unsigned __int128", 16}};

uint64_t basic_bytes(std::string_view name) {
    const auto found = std::ranges::find(basics, name, &Basic::name);
    return found == basics.end() ? 0 : found->size_bytes;
}

std::string_view without_qualifiers(std::string_view name) {
    for (const std::string_view qualifier : {" const", " volatile", " const"})
        if (name.ends_with(qualifier)) name.remove_suffix(qualifier.size());
    return name;
}

std::string spelled_name(const read::Snapshot& snapshot, uint32_t string, uint32_t flags) {
    const std::string_view text = snapshot.string(string);
    std::string name = (flags & PROF_DECLARED_MANGLED) != 0 ? demangle_type(text) : canonical_type_name(text);
    return name.empty() ? std::string(text) : name;
}

constexpr uint64_t rounded_up(uint64_t bytes, uint64_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

class Writer {
   public:
    Writer(const read::Snapshot& snapshot, const std::vector<ModuleColumns>& known) : snapshot_(snapshot) {
        for (const ModuleColumns& module : known) collect_known(*module.columns);
        collect_sizes();
    }

    TypeBook book() {
        const auto rows = snapshot_.declared_types();
        for (size_t row = 1; row < rows.size(); ++row) {
            const std::string name = declared_name(snapshot_, rows[row]);
            if (!name.empty() && row_of_name_[name] == row) type_of(name);
        }
        return builder_.book();
    }

   private:
    void collect_known(const TypeColumns& columns) {
        for (uint32_t i = 1; i < columns.nominal_end; ++i)
            if (!columns.types[i].is_declared_only) {
                const uint64_t name = Texts::hash_of(columns.texts.text(columns.type_texts[i].name));
                const auto [size, is_new] = known_.try_emplace(name);
                if (is_new) *size = static_cast<uint32_t>(std::min<uint64_t>(columns.types[i].size_bytes, UINT32_MAX));
            }
    }

    void collect_sizes() {
        const auto rows = snapshot_.declared_types();
        for (size_t row = 1; row < rows.size(); ++row) {
            std::string name = declared_name(snapshot_, rows[row]);
            if (name.empty()) continue;
            if (const LibraryNode* node = library_node(name)) {
                const uint64_t around = node->before_bytes + node->behind_bytes;
                if (rows[row].bytes > around)
                    sizes_.try_emplace(std::string(template_arguments_of(name)[0]), rows[row].bytes - around);
            }
            // Of a type that was declared twice, what has more fields is taken.
            const auto [known, is_new] = row_of_name_.try_emplace(std::move(name), row);
            const auto& before = rows[known->second];
            const bool says_more =
                snapshot_.declared_fields(rows[row]).size() > snapshot_.declared_fields(before).size();
            if (!is_new && says_more && rows[row].bytes == before.bytes) known->second = row;
        }
        for (const auto& [name, row] : row_of_name_) sizes_[name] = rows[row].bytes;
        for (size_t row = 1; row < rows.size(); ++row)
            for (const prof_declared_field& field : snapshot_.declared_fields(rows[row]))
                if ((field.flags & PROF_DECLARED_POINTER) == 0)
                    sizes_.try_emplace(spelled_name(snapshot_, field.type, field.flags), field.bytes);
    }

    // 0: not known.
    uint64_t size_of(std::string_view name) const {
        name = without_qualifiers(name);
        if (name.ends_with('*') || name.ends_with('&') || name.ends_with(')')) return pointer_bytes;
        if (const uint64_t bytes = basic_bytes(name)) return bytes;
        if (const uint32_t* known = known_.find(Texts::hash_of(name))) return *known;
        if (const auto said = sizes_.find(std::string(name)); said != sizes_.end()) return said->second;
        if (without_template_arguments(name) == "std::pair") return size_of_pair(name);
        const LibraryClass* library = library_class(name);
        return library == nullptr ? 0 : library->size_bytes;
    }
    uint64_t size_of_pair(std::string_view name) const {
        const auto arguments = template_arguments_of(name);
        if (arguments.size() != 2) return 0;
        const uint64_t first = size_of(arguments[0]), second = size_of(arguments[1]);
        if (first == 0 || second == 0) return 0;
        const uint64_t alignment = std::max(alignment_of(first), alignment_of(second));
        return rounded_up(rounded_up(first, alignment_of(second)) + second, alignment);
    }
    // The largest that a size allows.
    static uint64_t alignment_of(uint64_t bytes) { return std::min(pointer_bytes, bytes & (~bytes + 1)); }

    DebugTypeId type_of(std::string_view name) {
        name = without_qualifiers(name);
        if (name.empty() || name == "void") return {};
        if (name.ends_with('*')) return builder_.pointer(type_of(name.substr(0, name.size() - 1)));
        if (name.ends_with('&')) return builder_.reference(type_of(name.substr(0, name.find_last_not_of('&') + 1)));
        if (name.ends_with(')')) return builder_.pointer(builder_.function({}));
        if (name.ends_with(']')) return array_of(name);
        const auto [known, is_new] = id_of_.try_emplace(std::string(name));
        if (!is_new) return known->second;
        const uint64_t bytes = size_of(name);
        const bool is_basic = basic_bytes(name) != 0;
        const DebugTypeId id = is_basic ? builder_.basic(name, bytes) : builder_.structure(name, bytes);
        known->second = id;
        builder_.facts(id).is_declared_only = !is_basic && (bytes == 0 || known_.find(Texts::hash_of(name)) != nullptr);
        if (is_basic || builder_.facts(id).is_declared_only) return id;
        builder_.mark(id, mark_by_program);
        if (++depth_ < deepest) describe(id, name, bytes);
        --depth_;
        return id;
    }

    // "Session [4]"
    DebugTypeId array_of(std::string_view name) {
        const size_t bracket = name.rfind('[');
        uint32_t count = 0;
        std::from_chars(name.data() + bracket + 1, name.data() + name.size() - 1, count);
        std::string_view element = name.substr(0, bracket);
        while (element.ends_with(' ')) element.remove_suffix(1);
        return builder_.array(type_of(element), count);
    }

    void describe(DebugTypeId id, std::string_view name, uint64_t bytes) {
        const auto row = row_of_name_.find(std::string(name));
        if (row != row_of_name_.end()) {
            const auto fields = snapshot_.declared_fields(snapshot_.declared_types()[row->second]);
            for (const prof_declared_field& field : fields) add_field(id, field);
            if (!fields.empty()) return;
        }
        const LibraryClass* const library = library_class(name);
        const bool is_as_known = library != nullptr && (library->size_bytes == 0 || library->size_bytes == bytes);
        if (is_as_known) return describe_library(id, name, *library);
        if (without_template_arguments(name) == "std::pair") return describe_pair(id, name, bytes);
        if (row == row_of_name_.end()) describe_unknown(id, bytes);
    }

    void add_field(DebugTypeId owner, const prof_declared_field& field) {
        const std::string name = spelled_name(snapshot_, field.type, field.flags);
        const std::string_view label = snapshot_.string(field.name);
        if ((field.flags & PROF_DECLARED_POINTER) != 0) {
            builder_.member(owner, label, field.offset, builder_.pointer(type_of(name)));
            return;
        }
        const uint64_t one = name.empty() ? 0 : size_of(name);
        const bool is_array = one != 0 && field.bytes > one && field.bytes % one == 0;
        DebugTypeId type = one == 0 ? unknown_of(field.bytes) : type_of(name);
        const bool is_closed = builder_.facts(type).kind == TypeKind::structure &&
                               !builder_.facts(type).is_declared_only && builder_.is_empty(type);
        if (is_closed) type = unknown_of(one);
        if (is_array) type = builder_.array(type, static_cast<uint32_t>(field.bytes / one));
        builder_.member(owner, label, field.offset, type);
    }

    // What is called after whatever holds it.
    DebugTypeId unknown_of(uint64_t bytes) {
        const auto [known, is_new] = unknowns_.try_emplace(bytes);
        if (is_new) {
            known->second = builder_.structure(std::to_string(bytes) + " bytes", bytes);
            builder_.mark(known->second, mark_by_program);
            describe_unknown(known->second, bytes);
        }
        return known->second;
    }

    void describe_unknown(DebugTypeId id, uint64_t bytes) {
        const uint64_t pointers = bytes / pointer_bytes;
        if (pointers > most_unknown_pointers) {
            builder_.member(id, "", 0, builder_.array(builder_.pointer({}), static_cast<uint32_t>(pointers)));
            return;
        }
        for (uint64_t at = 0; at < pointers; ++at) builder_.member(id, "", at * pointer_bytes, builder_.pointer({}));
    }

    // Where the second lies follows from the sizes; alignments are not known, so the least that fits all is taken.
    void describe_pair(DebugTypeId id, std::string_view name, uint64_t bytes) {
        const auto arguments = template_arguments_of(name);
        if (arguments.size() != 2) return describe_unknown(id, bytes);
        const uint64_t first = size_of(arguments[0]), second = size_of(arguments[1]);
        for (const auto argument : arguments) builder_.argument(id, type_of(argument));
        if (first != 0 && first <= bytes) builder_.member(id, "first", 0, type_of(arguments[0]));
        if (second == 0 || second > bytes) return;
        uint64_t offset = second % pointer_bytes == 0 ? bytes - second : 0;
        for (const uint64_t alignment : {16U, 8U, 4U, 2U, 1U})
            if (first != 0 && rounded_up(rounded_up(first, alignment) + second, alignment) == bytes)
                offset = rounded_up(first, alignment);
        if (offset != 0) builder_.member(id, "second", offset, type_of(arguments[1]));
    }

    std::string element_name(std::string_view name, const LibraryClass& library) const {
        const auto arguments = template_arguments_of(name);
        if (library.element == LibraryClass::Element::first_argument) return std::string(arguments[0]);
        if (library.element == LibraryClass::Element::none) return {};
        const std::string_view space = arguments[1].ends_with('>') ? " " : "";
        return std::string("std::pair<").append(arguments[0]).append(" const, ").append(arguments[1]).append(space) +
               '>';
    }

    void describe_library(DebugTypeId id, std::string_view name, const LibraryClass& library) {
        const std::string element = element_name(name, library);
        const DebugTypeId element_type = type_of(element);
        for (const std::string_view argument : template_arguments_of(name)) builder_.argument(id, type_of(argument));
        std::map<std::string, Place, std::less<>> inner = {{"", {id, 0}}};
        for (const LibraryMember& member : library.members) {
            uint64_t offset = member.offset_bytes;
            if (member.what == LibraryMember::What::element) offset = element_offset(id, offset, size_of(element));
            const DebugTypeId type = type_of_member(member.what, element_type);
            const Place owner = owner_of(member, name, inner);
            builder_.member(owner.type, own_name(member.path), offset - owner.offset_bytes, type);
            for (const auto& [path, place] : inner)
                if (!path.empty() && member.path.starts_with(path))
                    builder_.facts(place.type).size_bytes =
                        offset - place.offset_bytes + builder_.facts(type).size_bytes;
        }
        if (library.arguments_of.empty()) return;
        const Place holder = inner[std::string(library.arguments_of)];
        builder_.argument(holder.type, type_of(template_arguments_of(name)[0]));
        builder_.argument(holder.type, element_type);
    }

    // Of a class that may be over-aligned: the element fills the rest.
    uint64_t element_offset(DebugTypeId id, uint64_t least, uint64_t element_bytes) {
        const uint64_t bytes = builder_.facts(id).size_bytes;
        if (library_node(builder_.name(id)) != nullptr || element_bytes == 0 || element_bytes > bytes) return least;
        return std::max(least, (bytes - element_bytes) / pointer_bytes * pointer_bytes);
    }

    DebugTypeId type_of_member(LibraryMember::What what, DebugTypeId element) {
        using What = LibraryMember::What;
        switch (what) {
            case What::number:
                return type_of("unsigned long");
            case What::count:
                return type_of("int");
            case What::link:
                return builder_.pointer({});
            case What::pointer:
                return builder_.pointer(element);
            case What::pointer_pointer:
                return builder_.pointer(builder_.pointer(element));
            case What::manager:
                return builder_.pointer(builder_.function({}));
            case What::bytes:
                return builder_.array(type_of("char"), 16);
            case What::element:
                return element;
        }
        return {};
    }

    struct Place {
        DebugTypeId type;
        uint64_t offset_bytes = 0;  // in the class
    };
    static std::string_view own_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

    // The class that a member lies in: made when its first member is met.
    Place owner_of(const LibraryMember& member, std::string_view class_name,
                   std::map<std::string, Place, std::less<>>& inner) {
        const size_t last = member.path.rfind('.');
        if (last == std::string_view::npos) return inner[""];
        std::string path;
        Place owner = inner[""];
        for (size_t begin = 0; begin < last;) {
            const size_t dot = member.path.find('.', begin);
            path = member.path.substr(0, dot);
            const auto [known, is_new] = inner.try_emplace(path);
            if (is_new) {
                const std::string name = std::string(class_name).append("::").append(path);
                known->second = {builder_.structure(name, 0), member.offset_bytes};
                builder_.mark(known->second.type, mark_by_program);
                builder_.member(owner.type, member.path.substr(begin, dot - begin),
                                member.offset_bytes - owner.offset_bytes, known->second.type);
            }
            owner = known->second;
            begin = dot + 1;
        }
        return owner;
    }

    const read::Snapshot& snapshot_;
    FlatMap known_;                                        // to debug information: sizes by the hash of a name
    std::unordered_map<std::string, uint64_t> sizes_;      // as the program says
    std::unordered_map<std::string, size_t> row_of_name_;  // of declared types
    std::unordered_map<std::string, DebugTypeId> id_of_;
    std::unordered_map<uint64_t, DebugTypeId> unknowns_;
    TypeBookBuilder builder_;
    int depth_ = 0;
};

}  // namespace

std::string declared_name(const read::Snapshot& snapshot, const prof_declared_type& type) {
    return spelled_name(snapshot, type.name, type.flags);
}

TypeColumns merged_with_declared(const read::Snapshot& snapshot, std::vector<ModuleColumns> modules) {
    if (snapshot.declared_types().empty()) return merged(modules);
    const TypeBook declared = Writer(snapshot, modules).book();
    modules.push_back({&declared.columns(), ModuleId(snapshot.modules().size()), 0});
    return merged(modules);
}

}  // namespace heapkit::symbols
