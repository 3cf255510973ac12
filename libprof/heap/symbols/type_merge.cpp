// SPDX-License-Identifier: MIT
//
// See type_columns.h: merged().
//
// Side: heap, floor 3 (symbols).
//
//     1. nominal types     by name and size (and line, where names are a unit's own): one of each is kept, and what is
//                          declared only becomes its definition, from its own module first
//     2. derived types     by what they are made of, which by now has its final id
//     3. rows              of what is kept, with every id and text replaced
#include <algorithm>
#include <numeric>

#include "symbols/type_columns.h"

namespace heapkit::symbols {
namespace {

constexpr uint64_t highest_address = uint64_t{1} << 47;  // beyond, and at 0, linkers put what they have thrown away

template <typename T>
uint32_t count_of(const std::vector<T>& column) {
    return static_cast<uint32_t>(column.size());
}

class Merger {
   public:
    explicit Merger(const std::vector<ModuleColumns>& modules) : modules_(modules) {
        for (const ModuleColumns& module : modules) id_of_.emplace_back(module.columns->types.size());
    }

    TypeColumns merge() {
        for (size_t m = 0; m < modules_.size(); ++m) choose_definitions(m);
        for (size_t m = 0; m < modules_.size(); ++m) choose_for_declared(m);
        result_.nominal_end = count_of(kept_) + 1;
        result_.types.resize(result_.nominal_end);
        result_.type_texts.resize(result_.nominal_end);
        result_.marks.resize(result_.nominal_end);
        for (size_t m = 0; m < modules_.size(); ++m) choose_derived(m);
        for (size_t m = 0; m < modules_.size(); ++m) write_module(m);
        sort_variables();
        sort_functions();
        return std::move(result_);
    }

   private:
    struct Kept {
        size_t module;
        uint32_t type;
    };

    std::string_view name(size_t m, uint32_t type) const {
        const TypeColumns& from = *modules_[m].columns;
        return from.texts.text(from.type_texts[type].name);
    }

    void choose_definitions(size_t m) {
        const TypeColumns& from = *modules_[m].columns;
        for (uint32_t i = 1; i < from.nominal_end; ++i) {
            const DebugType& type = from.types[i];
            if (type.is_declared_only) continue;
            const uint64_t by_name = Texts::hash_of(name(m, i));
            const uint64_t key = definition_key(from, i);
            const auto [id, is_new] = id_of_key_.try_emplace(key);
            if (is_new) {
                kept_.push_back({m, i});
                *id = count_of(kept_);
            } else if (is_fuller(type, kept_[*id - 1])) {
                kept_[*id - 1] = {m, i};
            }
            id_of_[m][i] = *id;
            const uint32_t chosen = *id;
            for (const uint64_t lookup : {by_name, mixed(by_name, m + 1)})
                if (const auto [known, is_first] = id_of_name_.try_emplace(lookup); is_first) *known = chosen;
        }
    }
    bool is_fuller(const DebugType& type, const Kept& kept) const {
        const DebugType& other = modules_[kept.module].columns->types[kept.type];
        return type.members_end - type.members_begin > other.members_end - other.members_begin;
    }

    void choose_for_declared(size_t m) {
        const TypeColumns& from = *modules_[m].columns;
        for (uint32_t i = 1; i < from.nominal_end; ++i) {
            if (!from.types[i].is_declared_only) continue;
            const uint64_t by_name = Texts::hash_of(name(m, i));
            const uint32_t* id = id_of_name_.find(mixed(by_name, m + 1));
            if (id == nullptr) id = id_of_name_.find(by_name);
            if (id == nullptr) {
                kept_.push_back({m, i});
                *id_of_name_.try_emplace(by_name).first = count_of(kept_);
                id = id_of_name_.find(by_name);
            }
            id_of_[m][i] = *id;
        }
    }

    DebugTypeId mapped(size_t m, DebugTypeId id) const { return DebugTypeId(size_t{id_of_[m][id.index()]}); }

    void choose_derived(size_t m) {
        const TypeColumns& from = *modules_[m].columns;
        for (uint32_t i = from.nominal_end; i < from.types.size(); ++i) {
            const uint64_t key = derived_key(from, i, [&](DebugTypeId id) { return mapped(m, id).value; });
            const auto [id, is_new] = derived_of_key_.try_emplace(key);
            if (is_new) {
                *id = count_of(result_.types);
                result_.types.push_back({});
                result_.type_texts.push_back({});
                result_.marks.push_back(0);
                write_type(m, i, *id);
            }
            id_of_[m][i] = *id;
        }
    }

    StringId text(size_t m, StringId id) { return result_.texts.intern(modules_[m].columns->texts.text(id)); }

    void write_type(size_t m, uint32_t i, uint32_t id) {
        const TypeColumns& from = *modules_[m].columns;
        DebugType type = from.types[i];
        type.target = mapped(m, type.target);
        type.members_begin = count_of(result_.members);
        for (uint32_t k = from.types[i].members_begin; k < from.types[i].members_end; ++k) {
            Member member = from.members[k];
            member.name = text(m, member.name);
            member.type = mapped(m, member.type);
            result_.members.push_back(member);
        }
        type.members_end = count_of(result_.members);
        type.arguments_begin = count_of(result_.arguments);
        for (uint32_t k = from.types[i].arguments_begin; k < from.types[i].arguments_end; ++k) {
            TemplateArgument argument = from.arguments[k];
            argument.type = mapped(m, argument.type);
            result_.arguments.push_back(argument);
        }
        type.arguments_end = count_of(result_.arguments);
        result_.types[id] = type;
        result_.type_texts[id] = {text(m, from.type_texts[i].name), text(m, from.type_texts[i].file)};
        result_.marks[id] = from.marks[i];
    }

    void write_module(size_t m) {
        const TypeColumns& from = *modules_[m].columns;
        for (uint32_t i = 1; i < from.nominal_end; ++i) {
            const uint32_t id = id_of_[m][i];
            if (kept_[id - 1].module == m && kept_[id - 1].type == i) write_type(m, i, id);
        }
        for (Variable variable : from.variables) {
            if (!variable.is_thread_local && (variable.address == 0 || variable.address >= highest_address)) continue;
            variable.name = text(m, variable.name);
            variable.file = text(m, variable.file);
            variable.type = mapped(m, variable.type);
            variable.module = modules_[m].module;
            if (!variable.is_thread_local) variable.address += modules_[m].bias;
            result_.variables.push_back(variable);
        }
        for (size_t i = 0; i < from.functions.size(); ++i) {
            FunctionFacts facts = from.functions[i];
            facts.name = text(m, facts.name);
            facts.of_class = mapped(m, facts.of_class);
            facts.argument = mapped(m, facts.argument);
            result_.functions.push_back(facts);
            result_.function_addresses.push_back(from.function_addresses[i] + modules_[m].bias);
        }
    }

    // Several units may describe one variable, as inline variables have it.
    void sort_variables() {
        const auto key = [](const Variable& variable) {
            return std::tuple(variable.is_thread_local, variable.is_thread_local ? variable.module : ModuleId(),
                              variable.address);
        };
        auto& all = result_.variables;
        std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
        all.erase(std::unique(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                  all.end());
    }

    void sort_functions() {
        std::vector<uint32_t> order(result_.functions.size());
        std::iota(order.begin(), order.end(), 0);
        const auto& addresses = result_.function_addresses;
        std::stable_sort(order.begin(), order.end(),
                         [&](uint32_t a, uint32_t b) { return addresses[a] < addresses[b]; });
        std::vector<FunctionFacts> functions;
        std::vector<uint64_t> sorted;
        for (const uint32_t i : order) {
            if (!sorted.empty() && sorted.back() == addresses[i]) continue;
            sorted.push_back(addresses[i]);
            functions.push_back(result_.functions[i]);
        }
        result_.function_addresses = std::move(sorted);
        result_.functions = std::move(functions);
    }

    const std::vector<ModuleColumns>& modules_;
    std::vector<std::vector<uint32_t>> id_of_;  // by module and its type
    std::vector<Kept> kept_;                    // of nominal type i + 1
    FlatMap id_of_key_, id_of_name_, derived_of_key_;
    TypeColumns result_;
};

}  // namespace

uint64_t definition_key(const TypeColumns& columns, size_t type) {
    const uint64_t by_name = Texts::hash_of(columns.texts.text(columns.type_texts[type].name));
    const bool is_unit_only = (columns.marks[type] & mark_unit_only) != 0;
    const DebugType& row = columns.types[type];
    return mixed(by_name, mixed(row.size_bytes, is_unit_only ? row.line + 1 : 0));
}

std::vector<DebugTypeId> translated(const TypeColumns& from, const TypeColumns& into) {
    FlatMap of_key, of_name, derived_of_key;
    for (uint32_t i = 1; i < into.nominal_end; ++i) {
        const uint64_t by_name = Texts::hash_of(into.texts.text(into.type_texts[i].name));
        if (const auto [id, is_new] = of_name.try_emplace(by_name); is_new) *id = i;
        if (into.types[i].is_declared_only) continue;
        *of_key.try_emplace(definition_key(into, i)).first = i;
    }
    const auto same = [](DebugTypeId id) { return id.value; };
    for (size_t i = into.nominal_end; i < into.types.size(); ++i)
        *derived_of_key.try_emplace(derived_key(into, i, same)).first = static_cast<uint32_t>(i);

    std::vector<DebugTypeId> ids(from.types.size());
    for (size_t i = 1; i < from.types.size(); ++i) {
        const uint32_t* id = nullptr;
        if (from.is_nominal(DebugTypeId(i))) {
            if (!from.types[i].is_declared_only) id = of_key.find(definition_key(from, i));
            if (id == nullptr) id = of_name.find(Texts::hash_of(from.texts.text(from.type_texts[i].name)));
        } else {
            id = derived_of_key.find(derived_key(from, i, [&](DebugTypeId of) { return ids[of.index()].value; }));
        }
        if (id != nullptr) ids[i] = DebugTypeId(size_t{*id});
    }
    return ids;
}

TypeColumns merged(const std::vector<ModuleColumns>& modules) { return Merger(modules).merge(); }

}  // namespace heapkit::symbols
