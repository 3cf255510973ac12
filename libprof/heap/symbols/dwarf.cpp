// SPDX-License-Identifier: MIT
//
// Addresses to functions and lines, through libdw.
//
// Side: heap, floor 3 (symbols).
#include "symbols/dwarf.h"

#include <algorithm>
#include <unordered_map>

#include "symbols/demangle.h"
#include "symbols/dwarf_scopes.h"

namespace heapkit::symbols {
namespace {

// "ns::Class::name" for a function without a linkage name, from the scopes around it.
std::string qualified_name(Dwarf_Die& die, const char* name) {
    std::string qualified = name;
    Dwarf_Die* scopes = nullptr;
    const int count = dwarf_getscopes_die(&die, &scopes);
    for (int i = 1; i < count; ++i) {
        const int tag = dwarf_tag(&scopes[i]);
        const bool is_named = tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
                              tag == DW_TAG_union_type || tag == DW_TAG_subprogram;
        if (!is_named) continue;
        const char* scope = dwarf_diename(&scopes[i]);
        const char* unnamed = tag == DW_TAG_namespace ? "(anonymous namespace)" : "{unnamed}";
        qualified = std::string(scope != nullptr ? scope : unnamed) + "::" + qualified;
    }
    std::free(scopes);
    return qualified;
}

}  // namespace

struct DebugInformation::State {
    explicit State(const std::filesystem::path& path_) : path(path_), file(path_.c_str()) {}
    std::filesystem::path path;
    DwarfFile file;
    std::optional<DwarfScopes> scopes;
    std::unordered_map<const void*, StringId> names;  // of functions, by their DIE
};

namespace {

// Tells names and lines of the scopes around an address.
class Teller {
   public:
    Teller(std::unordered_map<const void*, StringId>& names, StringTable& strings,
           const DebugInformation::Visitor& visit)
        : names_(names), strings_(strings), visit_(visit) {}

    void tell(CodeUnit& unit, CodeScopes& found) {
        SourceFrame at = line_of(unit, found.address);
        if (found.scopes.empty() && at.line == 0) return;
        frames_.clear();
        for (auto scope = found.scopes.rbegin(); scope != found.scopes.rend(); ++scope) {
            if (dwarf_tag(&*scope) != DW_TAG_inlined_subroutine) continue;
            frames_.push_back({name_of(unit, *scope), at.file, at.line});
            at = {{}, file_of_call(*scope), static_cast<uint32_t>(number_of(*scope, DW_AT_call_line).value_or(0))};
        }
        const bool has_function = !found.scopes.empty();
        frames_.push_back({has_function ? name_of(unit, found.scopes[0]) : StringId(), at.file, at.line});
        visit_(found.place, frames_);
    }

   private:
    SourceFrame line_of(CodeUnit& unit, uint64_t address) {
        const Dwarf_Line* found = dwarf_getsrc_die(&unit.lines, address);
        if (found == nullptr) return {};
        auto* line = const_cast<Dwarf_Line*>(found);
        int number = 0;
        const char* file = dwarf_linesrc(line, nullptr, nullptr);
        dwarf_lineno(line, &number);
        return {{}, strings_.intern(file != nullptr ? file : ""), static_cast<uint32_t>(std::max(number, 0))};
    }

    StringId file_of_call(Dwarf_Die& inlined) {
        const char* name = file_of(inlined, DW_AT_call_file);
        return strings_.intern(name != nullptr ? name : "");
    }

    StringId name_of(CodeUnit& unit, Dwarf_Die& die) {
        Dwarf_Die origin = origin_of(die);
        const auto [known, is_new] = names_.try_emplace(origin.addr);
        if (is_new) known->second = strings_.intern(spell_name(unit, die, origin));
        return known->second;
    }

    std::string spell_name(CodeUnit& unit, Dwarf_Die& die, Dwarf_Die& origin) {
        if (const char* linked = linkage_name_of(die)) return demangle(linked);
        const char* name = dwarf_diename(&die);
        if (name == nullptr) return {};
        return is_cplusplus(unit.functions) ? qualified_name(origin, name) : name;
    }

    std::unordered_map<const void*, StringId>& names_;
    StringTable& strings_;
    const DebugInformation::Visitor& visit_;
    std::vector<SourceFrame> frames_;
};

}  // namespace

DebugInformation::DebugInformation(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
DebugInformation::DebugInformation(DebugInformation&&) noexcept = default;
DebugInformation& DebugInformation::operator=(DebugInformation&&) noexcept = default;
DebugInformation::~DebugInformation() = default;

Result<DebugInformation> DebugInformation::open(const std::filesystem::path& file) {
    auto state = std::make_unique<State>(file);
    if (!state->file.is_open()) return Error{file.string() + ": " + state->file.problem(), ""};
    state->scopes.emplace(state->file.get());
    if (state->scopes->unit_count() == 0) {
        constexpr const char* what =
            "its debug information cannot be read: it is damaged, or compressed as elfutils here does not know";
        return Error{what, ""};
    }
    return DebugInformation(std::move(state));
}

std::string DebugInformation::problem() const {
    const size_t halves = state_->scopes->half_count();
    if (halves == 0) return {};
    std::string text = std::to_string(halves) + " of " + std::to_string(state_->scopes->unit_count()) +
                       " compile units have no .dwo file where they were built: inlined calls and types are missing";
    // libdw reads packages from elfutils 0.191 on; a newer one would have left no halves.
    std::error_code none;
    const std::filesystem::path package = state_->path.string() + ".dwp";
    if (std::filesystem::exists(package, none))
        text += " (" + package.filename().string() + " is there, which elfutils here does not read)";
    return text;
}

void DebugInformation::resolve(std::span<const uint64_t> addresses, StringTable& strings, const Visitor& visit) {
    Teller teller(state_->names, strings, visit);
    state_->scopes->find(addresses, [&](CodeUnit& unit, CodeScopes& found) { teller.tell(unit, found); });
}

}  // namespace heapkit::symbols
