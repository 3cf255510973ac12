// SPDX-License-Identifier: MIT
//
// See dwarf_locals.h.
//
// Side: heap, floor 3 (symbols).
//
// A location is an expression, or a list of them by address. Of all that it may say, three forms say where in memory or
// in which register a variable is; others are computed values, or parts of a variable here and there:
//
//     DW_OP_fbreg n         n bytes from the frame base, which is the frame's address (GCC) or a register (clang)
//     DW_OP_breg7 n         n bytes from a register
//     DW_OP_reg3            in a register
//     … DW_OP_deref         its address is there
#include "symbols/dwarf_locals.h"

#include <algorithm>

#include "symbols/demangle.h"
#include "symbols/dwarf_scopes.h"

namespace heapkit::symbols {
namespace {

constexpr size_t most_variables = 1 << 14;  // at one address

std::optional<uint32_t> register_in(const Dwarf_Op& op, uint8_t first, uint8_t last) {
    if (op.atom < first || op.atom > last) return std::nullopt;
    return op.atom - static_cast<uint32_t>(first);
}

const char* integrated_name(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(&die, DW_AT_name, &attribute) == nullptr ? nullptr : dwarf_formstring(&attribute);
}

class LocalReader {
   public:
    LocalReader(DwarfTypes& types, ModuleLocals& result) : types_(types), result_(result) {}

    // The variables of all scopes around an address, and its function.
    StringId read(CodeUnit& unit, CodeScopes& found) {
        if (found.scopes.empty()) return {};
        address_ = found.address;
        base_ = base_of(found.scopes[0]);
        const std::vector<uint32_t> lines = lines_of(unit, found);
        StringId function;
        for (size_t depth = 0; depth < found.scopes.size(); ++depth) {
            Dwarf_Die& scope = found.scopes[depth];
            const int tag = dwarf_tag(&scope);
            if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) function = name_of(scope);
            read_scope(scope, {.function = function, .line = lines[depth]});
        }
        return name_of(found.scopes[0]);
    }

   private:
    struct Scope {
        StringId function;
        uint32_t line = 0;  // that is being run in it; 0: not known
    };

    // Of each scope: the line of the address itself in the innermost function, of the inlined call in those around it.
    std::vector<uint32_t> lines_of(CodeUnit& unit, CodeScopes& found) {
        std::vector<uint32_t> lines(found.scopes.size());
        const Dwarf_Line* const at = dwarf_getsrc_die(&unit.lines, found.address);
        int number = 0;
        if (at != nullptr) dwarf_lineno(const_cast<Dwarf_Line*>(at), &number);
        auto line = static_cast<uint32_t>(std::max(number, 0));
        for (size_t depth = lines.size(); depth-- > 0;) {
            lines[depth] = line;
            if (dwarf_tag(&found.scopes[depth]) == DW_TAG_inlined_subroutine)
                line = static_cast<uint32_t>(number_of(found.scopes[depth], DW_AT_call_line).value_or(0));
        }
        return lines;
    }

    StringId name_of(Dwarf_Die& function) {
        if (const char* linked = linkage_name_of(function)) return result_.texts.intern(demangle(linked));
        const char* const name = integrated_name(function);
        return result_.texts.intern(name == nullptr ? "" : name);
    }

    void read_scope(Dwarf_Die& scope, const Scope& around) {
        size_t count = 0;
        for_each_child(scope, [&](Dwarf_Die& child) {
            const int tag = dwarf_tag(&child);
            if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) read_variable(child, around);
            return ++count < most_variables;
        });
    }

    void read_variable(Dwarf_Die& die, const Scope& around) {
        bool is_indirect = false;
        const auto place = place_of(die, is_indirect);
        const char* const name = integrated_name(die);
        if (!place || name == nullptr) return;
        LocalVariable variable;
        variable.place = *place;
        variable.name = result_.texts.intern(name);
        variable.function = around.function;
        const auto mark = [&](bool is_so, LocalMark as) {
            if (is_so) variable.marks |= as;
        };
        const bool is_parameter = dwarf_tag(&die) == DW_TAG_formal_parameter;
        Dwarf_Die declared = origin_of(die);
        mark(is_parameter, local_parameter);
        mark(is_indirect, local_indirect);
        mark(flag_of(die, DW_AT_artificial) || flag_of(declared, DW_AT_artificial), local_artificial);
        Dwarf_Die typed = having_type(die);
        variable.type = types_.uses.type_of(typed).id;
        variable.line = static_cast<uint32_t>(number_of(declared, DW_AT_decl_line).value_or(0));
        if (const char* file = file_of(declared)) variable.file = result_.texts.intern(file);
        // A list of locations says itself from where on there is a value.
        const bool has_lines = !is_parameter && around.line != 0 && is_in_one_place(die);
        mark(has_lines && variable.line > around.line, local_to_come);
        mark(has_lines && variable.line == around.line, local_being_declared);
        result_.variables.push_back(variable);
    }

    // What DW_OP_fbreg counts from.
    std::optional<LocalPlace> base_of(Dwarf_Die& function) const {
        const auto ops = operations_of(function, DW_AT_frame_base);
        if (!ops || ops->count != 1) return std::nullopt;
        const Dwarf_Op& op = ops->first[0];
        if (op.atom == DW_OP_call_frame_cfa) return LocalPlace{};
        if (const auto reg = register_in(op, DW_OP_reg0, DW_OP_reg31))
            return LocalPlace{.kind = LocalPlace::Kind::at_register, .reg = *reg};
        return at_register(op);
    }

    static std::optional<LocalPlace> at_register(const Dwarf_Op& op) {
        const auto reg = register_in(op, DW_OP_breg0, DW_OP_breg31);
        if (!reg) return std::nullopt;
        return LocalPlace{
            .kind = LocalPlace::Kind::at_register, .reg = *reg, .offset_bytes = static_cast<int64_t>(op.number)};
    }

    std::optional<LocalPlace> place_of(Dwarf_Die& variable, bool& is_indirect) const {
        const auto ops = operations_of(variable, DW_AT_location);
        if (!ops || ops->count == 0 || ops->count > 2) return std::nullopt;
        const auto place = simple_place(ops->first[0]);
        // One piece that is all of it: a unique_ptr is its pointer.
        const bool is_whole =
            ops->count == 2 && ops->first[1].atom == DW_OP_piece && is_of_size(variable, ops->first[1]);
        if (!place || ops->count == 1 || is_whole) return place;
        is_indirect = true;
        if (ops->first[1].atom != DW_OP_deref || place->kind == LocalPlace::Kind::in_register) return std::nullopt;
        return place;
    }

    bool is_of_size(Dwarf_Die& variable, const Dwarf_Op& piece) const {
        Dwarf_Die typed = having_type(variable);
        const DebugTypeId type = types_.uses.type_of(typed).id;
        return types_.columns.types[type.index()].size_bytes == piece.number;
    }

    std::optional<LocalPlace> simple_place(const Dwarf_Op& op) const {
        if (op.atom == DW_OP_fbreg) {
            if (!base_) return std::nullopt;
            LocalPlace place = *base_;
            // Offsets of damaged files may be any number.
            place.offset_bytes = static_cast<int64_t>(static_cast<uint64_t>(place.offset_bytes) + op.number);
            return place;
        }
        if (const auto reg = register_in(op, DW_OP_reg0, DW_OP_reg31))
            return LocalPlace{.kind = LocalPlace::Kind::in_register, .reg = *reg};
        return at_register(op);
    }

    static bool is_in_one_place(Dwarf_Die& variable) {
        Dwarf_Attribute attribute;
        if (dwarf_attr(&variable, DW_AT_location, &attribute) == nullptr) return false;
        switch (dwarf_whatform(&attribute)) {
            case DW_FORM_exprloc:
            case DW_FORM_block:
            case DW_FORM_block1:
            case DW_FORM_block2:
            case DW_FORM_block4:
                return true;
            default:
                return false;
        }
    }

    struct Operations {
        Dwarf_Op* first;
        size_t count;
    };
    std::optional<Operations> operations_of(Dwarf_Die& die, unsigned name) const {
        Dwarf_Attribute attribute;
        Operations found = {};
        if (dwarf_attr(&die, name, &attribute) == nullptr ||
            dwarf_getlocation_addr(&attribute, address_, &found.first, &found.count, 1) != 1)
            return std::nullopt;
        return found;
    }

    DwarfTypes& types_;
    ModuleLocals& result_;
    uint64_t address_ = 0;
    std::optional<LocalPlace> base_;
};

}  // namespace

ModuleLocals read_locals(Dwarf* dwarf, DwarfTypes& types, std::span<const uint64_t> addresses) {
    ModuleLocals found, result;
    LocalReader reader(types, found);
    // Scopes come unit by unit; what is asked for is by address.
    struct Part {
        uint32_t begin = 0, end = 0;
        StringId function;
    };
    std::vector<Part> parts(addresses.size());
    DwarfScopes(dwarf).find(addresses, [&](CodeUnit& unit, CodeScopes& scopes) {
        const auto begin = static_cast<uint32_t>(found.variables.size());
        const StringId function = reader.read(unit, scopes);
        parts[scopes.place] = {begin, static_cast<uint32_t>(found.variables.size()), function};
    });
    result.addresses.assign(addresses.begin(), addresses.end());
    result.texts = std::move(found.texts);
    for (const Part& part : parts) {
        result.variables.insert(result.variables.end(), found.variables.begin() + part.begin,
                                found.variables.begin() + part.end);
        result.ends.push_back(static_cast<uint32_t>(result.variables.size()));
        result.functions.push_back(part.function);
    }
    return result;
}

}  // namespace heapkit::symbols
