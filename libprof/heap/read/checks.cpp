// SPDX-License-Identifier: MIT
//
// See checks.h. Each check is a question about one section: what is wrong with it, if anything.
//
// Side: heap, floor 2 (read).
#include "read/checks.h"

#include <algorithm>
#include <optional>

namespace heapkit::read {
namespace {

using Wrong = std::optional<std::string>;

bool is_string(const SmallSections& small, uint32_t offset) { return offset < small.strings.size(); }

Wrong wrong_with_strings(const SmallSections& small) {
    if (small.strings.empty() || small.strings.front() != 0 || small.strings.back() != 0)
        return "does not begin and end with NUL";
    return std::nullopt;
}

Wrong wrong_with_process(const SmallSections& small) {
    const prof_process& process = small.process;
    for (const uint32_t name : {process.program, process.executable, process.agent_version, process.libc_version})
        if (!is_string(small, name)) return "names a string that does not exist";
    if (process.current_tick > small.timeline.size()) return "names a tick that does not exist";
    return std::nullopt;
}

Wrong wrong_with_modules(const SmallSections& small) {
    for (const prof_module& module : small.modules) {
        if (module.start > module.end) return "has a module that ends before it begins";
        if (!is_string(small, module.path)) return "names a string that does not exist";
        if (module.first_generation > module.last_generation)
            return "has a module that was unloaded before it was loaded";
        if (module.build_id_bytes > PROF_BUILD_ID_BYTES) return "has a build-id that is too long";
    }
    return std::nullopt;
}

Wrong wrong_with_maps(const SmallSections& small) {
    uint64_t last_end = 0;
    for (const prof_map& map : small.maps) {
        if (map.start > map.end) return "has a range that ends before it begins";
        if (map.start < last_end) return "is not in ascending order";
        if (!is_string(small, map.path)) return "names a string that does not exist";
        last_end = map.end;
    }
    return std::nullopt;
}

Wrong wrong_with_threads(const SmallSections& small) {
    for (const prof_thread& thread : small.threads) {
        if (std::find(std::begin(thread.name), std::end(thread.name), '\0') == std::end(thread.name))
            return "has a thread whose name does not end";
        if (thread.stack_start > thread.stack_end) return "has a stack that ends before it begins";
    }
    return std::nullopt;
}

Wrong wrong_with_thread_storage(const SmallSections& small) {
    for (const prof_thread_storage& storage : small.thread_storage) {
        if (storage.thread >= small.threads.size()) return "names a thread that does not exist";
        if (storage.module >= small.modules.size()) return "names a module that does not exist";
        if (storage.bytes > UINT64_MAX - storage.address) return "ends beyond the address space";
    }
    return std::nullopt;
}

Wrong wrong_with_nodes(const SmallSections& small) {
    if (small.node_parent.empty()) return "is missing";
    if (small.node_parent.size() != small.node_pc.size()) return "is not as long as the addresses";
    if (small.node_parent.size() > UINT32_MAX) return "is too long";
    if (small.node_parent[0] != 0) return "gives the empty stack a caller";
    bool all_smaller = true;
    for (size_t i = 1; i < small.node_parent.size(); ++i) all_smaller &= small.node_parent[i] < i;
    if (!all_smaller) return "has a node that does not come after its caller";
    return std::nullopt;
}

Wrong wrong_with_stacks(const SmallSections& small) {
    if (small.stacks.empty()) return "is missing";
    if (small.stacks.size() > UINT32_MAX) return "is too long";
    for (const prof_stack& stack : small.stacks)
        if (stack.node >= small.node_pc.size()) return "names a call tree node that does not exist";
    return std::nullopt;
}

Wrong wrong_with_declared_types(const SmallSections& small) {
    if (small.declared_types.size() > PROF_TAG_TYPE_MASK + 1) return "is too long";
    for (const prof_declared_type& type : small.declared_types) {
        if (!is_string(small, type.name)) return "names a string that does not exist";
        if (type.fields_begin > type.fields_end || type.fields_end > small.declared_fields.size())
            return "names fields that do not exist";
        uint64_t last_offset = 0;
        for (uint32_t row = type.fields_begin; row < type.fields_end; ++row) {
            const prof_declared_field& field = small.declared_fields[row];
            if (field.offset < last_offset) return "has a type whose fields are not in ascending order";
            if (field.offset > type.bytes || field.bytes > type.bytes - field.offset)
                return "has a field that does not lie in its type";
            last_offset = field.offset;
        }
    }
    return std::nullopt;
}

Wrong wrong_with_declared_fields(const SmallSections& small) {
    for (const prof_declared_field& field : small.declared_fields)
        if (!is_string(small, field.name) || !is_string(small, field.type)) return "names a string that does not exist";
    return std::nullopt;
}

Wrong wrong_with_domains(const SmallSections& small) {
    if (small.domains.size() > PROF_TAG_TYPE_MASK + 1) return "is too long";
    for (size_t row = 0; row < small.domains.size(); ++row) {
        if (!is_string(small, small.domains[row].name)) return "names a string that does not exist";
        if (row == 0 ? small.domains[row].parent != 0 : small.domains[row].parent >= row)
            return "has a domain that does not come after the one around it";
    }
    return std::nullopt;
}

Wrong wrong_with_tags(const SmallSections& small) {
    if (std::ranges::none_of(small.node_pc, is_tag)) return std::nullopt;
    if (is_tag(small.node_pc[0])) return "has a tag as the empty stack";
    for (size_t node = 1; node < small.node_pc.size(); ++node) {
        if (is_tag(small.node_pc[small.node_parent[node]])) return "has a tag that calls something";
        if (!is_tag(small.node_pc[node])) continue;
        const Tag tag = tag_in(small.node_pc[node]);
        if (tag.type != 0 && tag.type >= small.declared_types.size()) return "has a tag of a type that does not exist";
        if (tag.domain != 0 && tag.domain >= small.domains.size()) return "has a tag of a domain that does not exist";
    }
    return std::nullopt;
}

struct Check {
    prof_section_id section;
    Wrong (*wrong_with)(const SmallSections&);
};

constexpr Check checks[] = {
    {PROF_SECTION_STRINGS, wrong_with_strings},
    {PROF_SECTION_PROCESS, wrong_with_process},
    {PROF_SECTION_MODULES, wrong_with_modules},
    {PROF_SECTION_MAPS, wrong_with_maps},
    {PROF_SECTION_THREADS, wrong_with_threads},
    {PROF_SECTION_NODE_PARENT, wrong_with_nodes},
    {PROF_SECTION_STACKS, wrong_with_stacks},
    {PROF_SECTION_THREAD_STORAGE, wrong_with_thread_storage},
    {PROF_SECTION_DECLARED_FIELDS, wrong_with_declared_fields},
    {PROF_SECTION_DECLARED_TYPES, wrong_with_declared_types},
    {PROF_SECTION_DOMAINS, wrong_with_domains},
    {PROF_SECTION_NODE_PC, wrong_with_tags},
};

// Reads columns one after the other and remembers the first error.
class ColumnReader {
   public:
    explicit ColumnReader(const Sections& sections) : sections_(sections) {}

    template <typename Row>
    void rows(prof_section_id id, std::span<const Row>& into, std::vector<Row>& copied) {
        keep(sections_.rows<Row>(id, copied), into);
    }
    template <typename Number>
    void numbers(prof_section_id id, std::span<const Number>& into) {
        keep(sections_.numbers<Number>(id), into);
    }
    const std::optional<Error>& error() const noexcept { return error_; }

   private:
    template <typename Span>
    void keep(Result<Span> column, Span& into) {
        if (column)
            into = *column;
        else if (!error_)
            error_ = column.error();
    }

    const Sections& sections_;
    std::optional<Error> error_;
};

}  // namespace

Result<SmallSections> read_small_sections(const Sections& sections) {
    SmallSections small;
    std::span<const prof_process> process;
    ColumnReader read(sections);
    read.rows(PROF_SECTION_PROCESS, process, small.copies.process);
    read.numbers(PROF_SECTION_STRINGS, small.strings);
    read.rows(PROF_SECTION_MODULES, small.modules, small.copies.modules);
    read.rows(PROF_SECTION_MAPS, small.maps, small.copies.maps);
    read.rows(PROF_SECTION_THREADS, small.threads, small.copies.threads);
    read.rows(PROF_SECTION_THREAD_STORAGE, small.thread_storage, small.copies.thread_storage);
    read.rows(PROF_SECTION_TIMELINE, small.timeline, small.copies.timeline);
    read.numbers(PROF_SECTION_NODE_PC, small.node_pc);
    read.numbers(PROF_SECTION_NODE_PARENT, small.node_parent);
    read.rows(PROF_SECTION_STACKS, small.stacks, small.copies.stacks);
    read.numbers(PROF_SECTION_LOSSES, small.losses);
    read.rows(PROF_SECTION_DECLARED_TYPES, small.declared_types, small.copies.declared_types);
    read.rows(PROF_SECTION_DECLARED_FIELDS, small.declared_fields, small.copies.declared_fields);
    read.rows(PROF_SECTION_DOMAINS, small.domains, small.copies.domains);
    if (read.error()) return *read.error();
    if (process.size() != 1) return sections.damaged(PROF_SECTION_PROCESS, "is missing or occurs more than once");
    small.process = process[0];
    for (const Check& check : checks)
        if (Wrong wrong = check.wrong_with(small)) return sections.damaged(check.section, *wrong);
    take_tags_off(small);
    return small;
}

}  // namespace heapkit::read
