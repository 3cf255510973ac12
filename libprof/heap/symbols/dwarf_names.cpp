// SPDX-License-Identifier: MIT
//
// See dwarf_types.h: the canonical name of each type.
//
// Side: heap, floor 3 (symbols).
//
// A template's name is not taken from DWARF's text but put together from its arguments: the text has "4" where the
// demangler says "4ul", and GCC gives one text to two closures. Names are made from the inside out, each once.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "symbols/demangle.h"
#include "symbols/dwarf_types.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

constexpr int deepest_name = 200;           // classes in each other's arguments and scopes
constexpr size_t longest_name = 32 * 1024;  // beyond, DWARF's own text is taken
constexpr std::string_view unnamed_space = "(anonymous namespace)";

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

// "5ul": a number as the demangler writes one of this type.
std::string literal(std::string_view type, TypeKind kind, int64_t value) {
    struct Suffix {
        std::string_view type, suffix;
        int bits;  // of an unsigned type
    };
    static constexpr Suffix suffixes[] = {{"int", "", 0},         {"unsigned int", "u", 32},
                                          {"long", "l", 0},       {"unsigned long", "ul", 64},
                                          {"long long", "ll", 0}, {"unsigned long long", "ull", 64}};
    if (type == "bool") return value != 0 ? "true" : "false";
    for (const Suffix& known : suffixes) {
        if (kind != TypeKind::basic || type != known.type) continue;
        const auto bits = static_cast<uint64_t>(value);
        const std::string number = known.bits == 0    ? std::to_string(value)
                                   : known.bits == 32 ? std::to_string(static_cast<uint32_t>(bits))
                                                      : std::to_string(bits);
        return number + std::string(known.suffix);
    }
    if (type == "unsigned char") value = static_cast<uint8_t>(value);
    if (type == "unsigned short") value = static_cast<uint16_t>(value);
    return "(" + std::string(type) + ")" + std::to_string(value);
}

class NameSpeller {
   public:
    NameSpeller(const DwarfCensus& census, const std::vector<ArgumentSpelling>& spellings, TypeColumns& columns)
        : census_(census), spellings_(spellings), columns_(columns), progress_(columns.nominal_end) {}

    void ensure_named(DebugTypeId id, int depth) {
        const DebugType type = columns_.types[id.index()];
        if (depth >= deepest_name) return;
        if (!columns_.is_nominal(id)) {
            if (type.target != DebugTypeId()) ensure_named(type.target, depth + 1);
            for (uint32_t i = type.arguments_begin; i < type.arguments_end; ++i)
                ensure_named(columns_.arguments[i].type, depth + 1);
            return;
        }
        if (id == DebugTypeId() || progress_[id.index()] != Progress::none) return;
        progress_[id.index()] = Progress::begun;
        std::string name = make_name(id, type, depth);
        if (name.size() > longest_name) name.resize(longest_name);  // no compiler wrote it: scopes of absurd names
        columns_.type_texts[id.index()].name = columns_.texts.intern(name);
        progress_[id.index()] = Progress::done;
    }

   private:
    enum class Progress : uint8_t { none, begun, done };

    std::string make_name(DebugTypeId id, const DebugType& type, int depth) {
        const Entity& entity = census_.entity_of(id);
        ensure_scopes_named(entity.parent, depth);
        if (type.is_closure) return closure_name(id, type, entity);
        if (entity.name == nullptr) return prefix(entity) + unnamed(id, type);
        const std::string_view text = entity.name;
        if (type.kind == TypeKind::basic) return canonical_type_name(text);
        // GCC leaves the arguments of some packs out: then the text is all there is.
        const bool is_told = type.arguments_end - type.arguments_begin >= template_arguments_of(text).size();
        if ((columns_.marks[id.index()] & mark_template) == 0 || !is_told)
            return canonical_or_same(prefix(entity) + std::string(text));
        std::string name = prefix(entity) + with_arguments(text, type, depth);
        return name.size() <= longest_name ? name : prefix(entity) + std::string(text);
    }

    // Most names are a plain word; only others are worth the parser.
    static std::string canonical_or_same(std::string name) {
        return name.find('<') == std::string::npos ? name : canonical_type_name(name);
    }

    void ensure_scopes_named(uint32_t index, int depth) {
        for (int i = 0; index != 0 && i < deepest_die; ++i) {
            const Entity& scope = census_.entities()[index];
            if (scope.kind == Entity::Kind::type) return ensure_named(scope.type, depth + 1);
            index = scope.parent;
        }
    }

    std::string prefix(const Entity& entity) const { return prefix_of(census_, columns_, entity.parent); }

    std::string unnamed(DebugTypeId id, const DebugType& type) const {
        return "{unnamed type " + base_name(columns_.texts.text(columns_.type_texts[id.index()].file)) + ":" +
               std::to_string(type.line) + "}";
    }

    std::string closure_name(DebugTypeId id, const DebugType& type, const Entity& entity) const {
        std::string scope = prefix(entity);
        if (scope.ends_with("::")) scope.resize(scope.size() - 2);
        const std::string file = base_name(columns_.texts.text(columns_.type_texts[id.index()].file));
        return "lambda in " + (scope.empty() ? "" : scope + " ") + file + ":" + std::to_string(type.line);
    }

    std::string with_arguments(std::string_view text, const DebugType& type, int depth) {
        std::string name(without_template_arguments(text));
        const std::vector<std::string_view> in_text = template_arguments_of(text);
        name += "<";
        for (uint32_t i = type.arguments_begin; i < type.arguments_end && name.size() <= longest_name; ++i) {
            if (i != type.arguments_begin) name += ", ";
            const size_t place = i - type.arguments_begin;
            name += argument(i, place < in_text.size() ? in_text[place] : "", depth);
        }
        return name + (name.ends_with('>') ? " >" : ">");
    }

    std::string argument(uint32_t index, std::string_view in_text, int depth) {
        const TemplateArgument argument = columns_.arguments[index];
        const ArgumentSpelling spelling = spellings_[index];
        if (spelling.kind == ArgumentSpelling::Kind::text) {
            const std::string_view text = in_text.empty() ? columns_.texts.text(spelling.text) : in_text;
            // GCC leaves the & of a function's or variable's address out.
            const bool is_address = columns_.types[argument.type.index()].kind == TypeKind::pointer;
            return (is_address && !text.empty() && text[0] != '&' ? "&" : "") + canonical_type_name(text);
        }
        ensure_named(argument.type, depth + 1);
        const std::string type = spelled(columns_, argument.type, spelling.marks);
        if (spelling.kind == ArgumentSpelling::Kind::type) return type;
        return literal(type, columns_.types[argument.type.index()].kind, argument.value);
    }

    const DwarfCensus& census_;
    const std::vector<ArgumentSpelling>& spellings_;
    TypeColumns& columns_;
    std::vector<Progress> progress_;
};

// "true", "-3l", or a type of the file.
TemplateArgument argument_of_text(std::string_view text, const FlatMap& type_of_name) {
    TemplateArgument argument;
    if (const uint32_t* id = type_of_name.find(Texts::hash_of(text))) {
        argument.type = DebugTypeId(size_t{*id});
    } else if (text == "true" || text == "false") {
        argument.is_value = true;
        argument.value = text == "true";
    } else {
        argument.is_value = std::from_chars(text.data(), text.data() + text.size(), argument.value).ec == std::errc();
    }
    return argument;
}

}  // namespace

std::string scope_name_of_function(const char* linkage, const char* name) {
    // The demangler says a function as a scope ("f<int>(int)", without what it returns) only of something inside it.
    const std::string_view linked = linkage == nullptr ? "" : linkage;
    if (linked.starts_with("_Z")) {
        std::string inside = demangle_type("Z" + std::string(linked.substr(2)) + "E1x");
        if (inside.ends_with("::x")) return inside.substr(0, inside.size() - 3);
    }
    return name == nullptr ? "" : name;
}

std::string prefix_of(const DwarfCensus& census, const TypeColumns& columns, uint32_t index) {
    std::string prefix;
    for (int i = 0; index != 0 && i < deepest_die; ++i) {
        const Entity& scope = census.entities()[index];
        switch (scope.kind) {
            case Entity::Kind::type:
                return std::string(columns.texts.text(columns.type_texts[scope.type.index()].name)) + "::" + prefix;
            case Entity::Kind::function:
                prefix = scope_name_of_function(scope.linkage, scope.name) + "::" + prefix;
                // A linkage name says all scopes; without one the function is C's, or its scopes follow.
                if (scope.linkage != nullptr) return prefix;
                break;
            default:
                prefix =
                    std::string(scope.name != nullptr ? std::string_view(scope.name) : unnamed_space) + "::" + prefix;
        }
        index = scope.parent;
    }
    return prefix;
}

void spell_names(const DwarfCensus& census, const std::vector<ArgumentSpelling>& spellings, TypeColumns& columns) {
    NameSpeller speller(census, spellings, columns);
    for (size_t id = 1; id < columns.nominal_end; ++id) speller.ensure_named(DebugTypeId(id), 0);
}

// GCC tells nothing of the arguments of std::allocator_traits<std::allocator<T>>: a specialisation without parameters
// in its own place. Its name does.
void fill_arguments_from_names(TypeColumns& columns) {
    FlatMap type_of_name;
    for (uint32_t i = 1; i < columns.nominal_end; ++i) {
        const auto [id, is_new] =
            type_of_name.try_emplace(Texts::hash_of(columns.texts.text(columns.type_texts[i].name)));
        if (is_new || columns.types[*id].is_declared_only) *id = i;
    }
    for (uint32_t i = 1; i < columns.nominal_end; ++i) {
        DebugType& type = columns.types[i];
        const std::string_view name = columns.texts.text(columns.type_texts[i].name);
        if (!columns.is_of_class(DebugTypeId(size_t{i})) || type.arguments_begin != type.arguments_end ||
            !name.ends_with('>'))
            continue;
        type.arguments_begin = static_cast<uint32_t>(columns.arguments.size());
        for (const std::string_view argument : template_arguments_of(name)) {
            columns.arguments.push_back(argument_of_text(argument, type_of_name));
        }
        type.arguments_end = static_cast<uint32_t>(columns.arguments.size());
    }
}

}  // namespace heapkit::symbols
