// SPDX-License-Identifier: MIT
//
// The canonical name of a type out of its columns; see type_columns.h.
//
// Side: heap, floor 3 (symbols).
//
// C++ writes types inside out. `rest` is what stands right of the innermost name; walking from the outside in, each
// step puts something around it:
//
//     pointer to        "*" + rest                          char const*
//     array of          " (" rest ") [3]", or " [3]"        int (*) [3]
//     function          " (" rest ")(int)", or " (int)"     void (*)(int)
//     member pointer    " S::*" + rest                      void (S::*)(int)
#include "symbols/type_columns.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

constexpr int deepest = 128;
constexpr int most_parts = 4096;  // of one name: parameters of parameters could be told for ever

std::string qualifiers_of(uint8_t marks) {
    return std::string((marks & mark_const) != 0 ? " const" : "") + ((marks & mark_volatile) != 0 ? " volatile" : "");
}

class Speller {
   public:
    explicit Speller(const TypeColumns& columns) : columns_(columns) {}

    std::string spell(DebugTypeId id, uint8_t marks, std::string rest, int depth) const {
        if (depth == deepest || ++parts_ > most_parts) return "?" + rest;
        const DebugType& type = columns_.types[id.index()];
        const uint8_t own = columns_.marks[id.index()];
        const uint8_t of_target = own & (mark_const | mark_volatile);
        const auto inside = [&](std::string around) {
            return spell(type.target, of_target, std::move(around), depth + 1);
        };
        if (id == DebugTypeId()) return "void" + qualifiers_of(marks) + rest;
        if (columns_.is_nominal(id))
            return std::string(columns_.texts.text(columns_.type_texts[id.index()].name)) + qualifiers_of(marks) + rest;
        switch (type.kind) {
            case TypeKind::pointer:
                return inside("*" + qualifiers_of(marks) + rest);
            case TypeKind::reference:
                return inside(((own & mark_rvalue) != 0 ? "&&" : "&") + rest);
            case TypeKind::member_pointer:
                return inside(" " + class_of(type, depth) + "::*" + qualifiers_of(marks) + rest);
            case TypeKind::array: {
                const std::string bound = "[" + (type.count == 0 ? std::string() : std::to_string(type.count)) + "]";
                const std::string around = rest.ends_with(']') ? rest : rest.empty() ? " " : in_parentheses(rest) + " ";
                return spell(type.target, of_target | marks, around + bound, depth + 1);
            }
            case TypeKind::function:
                return inside((rest.empty() ? " " : in_parentheses(rest)) + parameters_of(type, own, depth));
            default:
                return "?" + rest;
        }
    }

   private:
    std::string class_of(const DebugType& type, int depth) const {
        if (type.arguments_begin == type.arguments_end) return "?";
        return spell(columns_.arguments[type.arguments_begin].type, 0, "", depth + 1);
    }
    std::string parameters_of(const DebugType& type, uint8_t marks, int depth) const {
        std::string text = "(";
        for (uint32_t i = type.arguments_begin; i < type.arguments_end; ++i)
            text += (text.size() > 1 ? ", " : "") + spell(columns_.arguments[i].type, 0, "", depth + 1);
        if ((marks & mark_variadic) != 0) text += text.size() > 1 ? ", ..." : "...";
        return text + ")";
    }

    const TypeColumns& columns_;
    mutable int parts_ = 0;
};

}  // namespace

std::string spelled(const TypeColumns& columns, DebugTypeId id, uint8_t marks) {
    return Speller(columns).spell(id, marks, "", 0);
}

}  // namespace heapkit::symbols
