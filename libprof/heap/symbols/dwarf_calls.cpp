// SPDX-License-Identifier: MIT
//
// See dwarf_calls.h.
//
// Side: heap, floor 3 (symbols).
//
// Two hints need care; each rule keeps out answers that were wrong in programs.
//
// What `new` constructs. After a call to operator new comes, in the same innermost function or inlined call, the
// constructor: inlined, or called. Constructors deeper inside belong to bases and members. The search ends at the next
// call to operator new: in `new A(new B)` the first constructor is B's.
//
// Which variable takes the result. Optimised code has a location list: an entry that begins where the call returns, or
// behind it while rax still holds the result, says "in rax"; or one behind the next instruction names the register that
// it moves rax to. Unoptimised code stores
// rax to the variable's slot at once:
//
//     call malloc
//     mov %rax,-0x18(%rbp)      48 89 45 e8          48 89 85 + 4 bytes when the offset is larger
#include "symbols/dwarf_calls.h"

#include <algorithm>
#include <string_view>

#include "symbols/call_code.h"
#include "symbols/dwarf_scopes.h"
#include "symbols/type_name.h"

namespace heapkit::symbols {
namespace {

constexpr unsigned attribute_alloc_type = 0x3e0e;  // DW_AT_LLVM_alloc_type; elfutils does not know it yet
constexpr int rax = 0, rbp = 6;                    // as DWARF counts registers
constexpr int deepest_name = 8;

// The register that an expression is; -1 when it is something else.
int register_of(const Dwarf_Op* ops, size_t count) {
    if (count != 1) return -1;
    if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31) return ops[0].atom - DW_OP_reg0;
    return ops[0].atom == DW_OP_regx ? static_cast<int>(std::min<uint64_t>(ops[0].number, 1000)) : -1;
}

class SiteReader {
   public:
    SiteReader(DwarfTypes& types, const ElfFile* code, std::span<const uint64_t> returns, ModuleSites& result)
        : types_(types), code_(code), returns_(returns), result_(result) {
        const TypeColumns& columns = types.columns;
        for (size_t i = 0; i < columns.functions.size(); ++i)
            if (columns.functions[i].is_constructor)
                *class_of_constructor_.try_emplace(columns.function_addresses[i]).first =
                    columns.functions[i].of_class.value;
    }

    void read(CodeScopes& found) {
        CallSite& site = result_.sites[found.place];
        const uint64_t returns = returns_[found.place];
        site.scopes_begin = static_cast<uint32_t>(result_.scopes.size());
        for (auto scope = found.scopes.rbegin(); scope != found.scopes.rend(); ++scope)
            if (is_function(*scope)) result_.scopes.push_back(scope_of(*scope));
        site.scopes_end = static_cast<uint32_t>(result_.scopes.size());
        if (found.scopes.empty()) return;
        const auto innermost = std::find_if(found.scopes.rbegin(), found.scopes.rend(), is_function);
        Calls calls;
        collect_calls(*innermost, returns, calls, 0);
        if (!calls.has_any) scan_for_constructor(found.scopes[0], returns, calls);
        site.allocated = calls.allocated;
        site.constructed = calls.begin_of_constructor < calls.begin_of_next_new ? calls.constructed : DebugTypeId();
        site.assigned = assigned_at(found, returns);
    }

   private:
    static bool is_function(Dwarf_Die& die) {
        const int tag = dwarf_tag(&die);
        return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram;
    }

    CallScope scope_of(Dwarf_Die& die) {
        CallScope scope;
        Dwarf_Die origin = origin_of(die);
        scope.of_class = class_around(origin);
        Dwarf_Die typed = having_type(die);
        scope.returns = types_.uses.type_of(typed).id;
        if (const auto type = reference_of(typed, DW_AT_type))
            scope.returns_name = result_.texts.intern(source_name(*type, 0));
        return scope;
    }

    DebugTypeId class_around(const Dwarf_Die& die) const {
        const Entity& entity = types_.census.entities()[types_.census.entity_around(die)];
        return entity.kind == Entity::Kind::type ? entity.type : DebugTypeId();
    }

    // "robj*", "const sds": as it is written, typedefs kept.
    std::string source_name(Dwarf_Die die, int depth) {
        const auto of_target = [&]() -> std::string {
            const auto target = reference_of(die, DW_AT_type);
            if (depth == deepest_name) return "?";
            return target ? source_name(*target, depth + 1) : "void";
        };
        switch (dwarf_tag(&die)) {
            case DW_TAG_pointer_type:
                return of_target() + "*";
            case DW_TAG_reference_type:
                return of_target() + "&";
            case DW_TAG_const_type:
                return of_target() + " const";
            case DW_TAG_typedef:
                if (const char* name = text_of(die, DW_AT_name)) return name;
                return of_target();
            default:
                return spelled(types_.columns, types_.uses.resolve(die).id);
        }
    }

    // ---- What is constructed -----------------------------------------------------------------------------------

    struct Calls {
        bool has_any = false;  // unoptimised functions have none
        DebugTypeId allocated, constructed;
        uint64_t begin_of_constructor = UINT64_MAX, begin_of_next_new = UINT64_MAX;
    };

    // Calls, inlined or not, of the function or inlined call `die` itself.
    void collect_calls(Dwarf_Die& die, uint64_t returns, Calls& calls, int depth) {
        if (depth == deepest_die) return;
        for_each_child(die, [&](Dwarf_Die& child) {
            switch (dwarf_tag(&child)) {
                case DW_TAG_lexical_block:
                case DW_TAG_try_block:
                case DW_TAG_catch_block:
                    collect_calls(child, returns, calls, depth + 1);
                    break;
                case DW_TAG_inlined_subroutine:
                    for_each_range(child, [&](uint64_t low, uint64_t) {
                        if (low >= returns && low < calls.begin_of_constructor && !constructs_in_frame(child))
                            offer_constructor(child, low, calls);
                    });
                    break;
                case DW_TAG_call_site:
                case DW_TAG_GNU_call_site:
                    take_call(child, returns, calls);
                    break;
                default:
                    break;
            }
        });
    }

    // Whether `this` of an inlined constructor is a place in the frame, or none at all: a temporary, as an argument.
    static bool constructs_in_frame(Dwarf_Die& inlined) {
        bool is_in_frame = false;
        for_each_child(inlined, [&](Dwarf_Die& child) {
            const char* name = dwarf_tag(&child) == DW_TAG_formal_parameter ? dwarf_diename(&child) : nullptr;
            if (name == nullptr || std::string_view(name) != "this") return true;
            Dwarf_Attribute attribute;
            Dwarf_Addr base = 0, begin = 0, end = 0;
            Dwarf_Op* ops = nullptr;
            size_t count = 0;
            if (dwarf_attr(&child, DW_AT_location, &attribute) != nullptr &&
                dwarf_getlocations(&attribute, 0, &base, &begin, &end, &ops, &count) > 0 && count > 0)
                is_in_frame = is_frame_address(ops[0].atom);
            return false;
        });
        return is_in_frame;
    }
    static bool is_frame_address(uint8_t atom) {
        return atom == DW_OP_fbreg || atom == DW_OP_breg6 || atom == DW_OP_breg7 || atom == DW_OP_reg6 ||
               atom == DW_OP_reg7 || atom == DW_OP_implicit_pointer || atom == DW_OP_GNU_implicit_pointer ||
               atom == DW_OP_call_frame_cfa;
    }

    void take_call(Dwarf_Die& call, uint64_t returns, Calls& calls) {
        calls.has_any = true;
        const auto at = return_address_of(call);
        if (!at) return;
        if (*at == returns) {
            if (const auto type = reference_of(call, attribute_alloc_type))
                calls.allocated = types_.uses.resolve(*type).id;
            return;
        }
        if (*at < returns) return;
        // The call lies before its return address; what is inlined there begins no later.
        const uint64_t begin = *at - 1;
        auto callee = reference_of(call, DW_AT_call_origin);
        if (!callee) callee = reference_of(call, DW_AT_abstract_origin);
        if (callee && is_operator_new(*callee)) calls.begin_of_next_new = std::min(calls.begin_of_next_new, begin);
        if (callee)
            offer_constructor(*callee, begin, calls);
        else
            offer_called(*at, calls);
    }

    // GCC does not say which constructor a call calls; the instruction does.
    void offer_called(uint64_t returns, Calls& calls) {
        const auto callee = code_.callee_before(returns);
        const uint32_t* of_class = callee ? class_of_constructor_.find(*callee) : nullptr;
        if (of_class == nullptr || returns - 1 >= calls.begin_of_constructor) return;
        calls.begin_of_constructor = returns - 1;
        calls.constructed = DebugTypeId(size_t{*of_class});
    }

    // Unoptimised code: the next call of a constructor, before the next call of the same operator new.
    void scan_for_constructor(Dwarf_Die& function, uint64_t returns, Calls& calls) {
        constexpr uint64_t furthest = 256;  // bytes: arguments of constructors are short
        const auto own_callee = code_.callee_before(returns);
        Dwarf_Addr end = 0;
        if (!own_callee || dwarf_highpc(&function, &end) != 0) return;
        end = std::min<uint64_t>(end, returns + furthest);
        const auto is_wanted = [&](uint64_t callee) {
            return callee == *own_callee || class_of_constructor_.find(callee) != nullptr;
        };
        for (auto next = code_.next_call(returns, end, is_wanted); next;
             next = code_.next_call(*next, end, is_wanted)) {
            if (code_.callee_before(*next) == own_callee) return;
            if (code_.has_frame_argument(*next)) continue;  // a temporary, as an argument
            return offer_called(*next, calls);
        }
    }

    static std::optional<uint64_t> return_address_of(Dwarf_Die& call) {
        Dwarf_Attribute attribute;
        Dwarf_Addr address = 0;
        for (const unsigned name : {DW_AT_call_return_pc, DW_AT_low_pc})
            if (dwarf_attr(&call, name, &attribute) != nullptr && dwarf_formaddr(&attribute, &address) == 0)
                return address;
        return std::nullopt;
    }

    static bool is_operator_new(Dwarf_Die die) {
        const char* name = linkage_name_of(die);
        return name != nullptr &&
               (std::string_view(name).starts_with("_Znw") || std::string_view(name).starts_with("_Zna"));
    }

    void offer_constructor(Dwarf_Die die, uint64_t begin, Calls& calls) {
        if (begin >= calls.begin_of_constructor) return;
        Dwarf_Die origin = origin_of(die);
        const DebugTypeId of_class = class_around(origin);
        const char* name = text_of(origin, DW_AT_name);
        if (of_class == DebugTypeId() || name == nullptr || !is_constructor_name(name, of_class)) return;
        calls.begin_of_constructor = begin;
        calls.constructed = of_class;
    }

    bool is_constructor_name(std::string_view name, DebugTypeId of_class) const {
        const auto& columns = types_.columns;
        return name == own_name_of(columns.texts.text(columns.type_texts[of_class.index()].name));
    }

    // ---- Which variable takes the result -----------------------------------------------------------------------

    DebugTypeId assigned_at(CodeScopes& found, uint64_t returns) {
        const ResultStore store = code_.store_at(returns);
        const auto frame_base = base_of(found.scopes[0]);
        for (auto scope = found.scopes.rbegin(); scope != found.scopes.rend(); ++scope) {
            DebugTypeId of_pointer;
            for_each_child(*scope, [&](Dwarf_Die& child) {
                if (dwarf_tag(&child) != DW_TAG_variable || !takes_result(child, returns, store, frame_base))
                    return true;
                Dwarf_Die typed = having_type(child);
                of_pointer = types_.uses.type_of(typed).id;
                return false;
            });
            const DebugType& type = types_.columns.types[of_pointer.index()];
            if (type.kind == TypeKind::pointer) return type.target;
        }
        return {};
    }

    // What a variable's frame offset is counted from, seen from rbp: 16 where the frame base is the CFA, as it is in
    // functions that save rbp first; 0 where it is rbp.
    static std::optional<int64_t> base_of(Dwarf_Die& function) {
        Dwarf_Attribute attribute;
        Dwarf_Op* ops = nullptr;
        size_t count = 0;
        if (dwarf_attr(&function, DW_AT_frame_base, &attribute) == nullptr ||
            dwarf_getlocation(&attribute, &ops, &count) != 0 || count != 1)
            return std::nullopt;
        if (ops[0].atom == DW_OP_call_frame_cfa) return 16;
        if (register_of(ops, count) == rbp) return 0;
        return std::nullopt;
    }

    bool takes_result(Dwarf_Die& variable, uint64_t returns, const ResultStore& store,
                      std::optional<int64_t> frame_base) {
        Dwarf_Attribute attribute;
        if (dwarf_attr(&variable, DW_AT_location, &attribute) == nullptr) return false;
        Dwarf_Op* ops = nullptr;
        size_t count = 0;
        if (store.kind == ResultStore::Kind::to_frame && frame_base &&
            dwarf_getlocation(&attribute, &ops, &count) == 0 && count == 1 && ops[0].atom == DW_OP_fbreg &&
            static_cast<int64_t>(ops[0].number) + *frame_base == store.offset_bytes)
            return true;
        return begins_with_result(attribute, returns, store);
    }

    bool begins_with_result(Dwarf_Attribute& location, uint64_t returns, const ResultStore& store) const {
        const uint64_t held_until = code_.holds_result_until(returns);
        Dwarf_Addr base = 0, begin = 0, end = 0;
        Dwarf_Op* ops = nullptr;
        size_t count = 0;
        ptrdiff_t offset = 0;
        for (int i = 0; i < most_ranges; ++i) {
            offset = dwarf_getlocations(&location, offset, &base, &begin, &end, &ops, &count);
            if (offset <= 0) return false;
            const bool is_held = begin >= returns && begin <= held_until;
            if (is_held && register_of(ops, count) == rax) return true;
            if (store.kind == ResultStore::Kind::to_register && begin == returns + store.length_bytes &&
                register_of(ops, count) == store.reg)
                return true;
        }
        return false;
    }

    DwarfTypes& types_;
    CallCode code_;
    FlatMap class_of_constructor_;  // by the address where it begins
    std::span<const uint64_t> returns_;
    ModuleSites& result_;
};

}  // namespace

ModuleSites read_sites(Dwarf* dwarf, DwarfTypes& types, const ElfFile* code, std::span<const uint64_t> returns) {
    ModuleSites result;
    result.returns.assign(returns.begin(), returns.end());
    result.sites.resize(returns.size());
    std::vector<uint64_t> calls;  // one byte before the return address is still inside the call
    for (const uint64_t address : returns) calls.push_back(address - 1);
    SiteReader reader(types, code, returns, result);
    DwarfScopes(dwarf).find(calls, [&](CodeUnit&, CodeScopes& found) { reader.read(found); });
    return result;
}

}  // namespace heapkit::symbols
