// SPDX-License-Identifier: MIT
//
// See shared_snapshot.h: sections one after the other behind the header, then their table.
//
// Side: heap, floor 2 (read).
#include "read/shared_snapshot.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace heapkit::read {
namespace {

class File {
   public:
    File() { bytes_.resize(sizeof(prof_header)); }

    template <typename T>
    void add(prof_section_id id, const std::vector<T>& column) {
        bytes_.resize((bytes_.size() + PROF_SECTION_ALIGNMENT - 1) / PROF_SECTION_ALIGNMENT * PROF_SECTION_ALIGNMENT);
        const auto content = std::as_bytes(std::span(column));
        prof_section section{};
        section.id = id;
        section.element_bytes = sizeof(T);
        section.offset = bytes_.size();
        section.element_count = column.size();
        section.checksum = prof_checksum(content.data(), content.size());
        sections_.push_back(section);
        bytes_.insert(bytes_.end(), content.begin(), content.end());
    }

    std::vector<std::byte> finish() {
        prof_header header{};
        std::memcpy(header.magic, PROF_MAGIC, sizeof header.magic);
        header.version_major = PROF_VERSION_MAJOR;
        header.version_minor = PROF_VERSION_MINOR;
        header.header_bytes = sizeof header;
        header.byte_order = PROF_BYTE_ORDER;
        header.machine = EM_X86_64;
        header.word_bytes = sizeof(void*);
        header.section_count = static_cast<uint32_t>(sections_.size());
        header.section_entry_bytes = sizeof(prof_section);
        bytes_.resize((bytes_.size() + PROF_SECTION_ALIGNMENT - 1) / PROF_SECTION_ALIGNMENT * PROF_SECTION_ALIGNMENT);
        header.section_table_offset = bytes_.size();
        const auto table = std::as_bytes(std::span(sections_));
        header.section_table_checksum = prof_checksum(table.data(), table.size());
        bytes_.insert(bytes_.end(), table.begin(), table.end());
        header.file_bytes = bytes_.size();
        header.header_checksum = prof_checksum(&header, offsetof(prof_header, header_checksum));
        std::memcpy(bytes_.data(), &header, sizeof header);
        return std::move(bytes_);
    }

   private:
    std::vector<std::byte> bytes_;
    std::vector<prof_section> sections_;
};

class Strings {
   public:
    uint32_t add(std::string_view text) {
        if (text.empty()) return 0;
        const auto at = static_cast<uint32_t>(bytes_.size());
        bytes_.insert(bytes_.end(), text.begin(), text.end());
        bytes_.push_back('\0');
        return at;
    }
    const std::vector<char>& bytes() const noexcept { return bytes_; }

   private:
    std::vector<char> bytes_ = {'\0'};
};

std::vector<prof_module> modules_of(const SharedTables& tables, Strings& strings) {
    std::vector<prof_module> modules;
    for (const prof_shared_module& row : tables.modules) {
        const std::string_view path = row.path;
        const bool is_vdso = path.substr(path.rfind('/') + 1).starts_with("linux-vdso");
        prof_module module{};
        module.bias = row.bias;
        module.start = row.start;
        module.end = row.end;
        module.first_generation = row.first_generation;
        module.last_generation = row.last_generation;
        module.build_id_bytes = row.build_id_bytes;
        std::copy(std::begin(row.build_id), std::end(row.build_id), module.build_id);
        module.flags = path.empty() ? PROF_MODULE_EXECUTABLE : is_vdso ? PROF_MODULE_VDSO : 0;
        module.path = strings.add(path.empty() ? tables.executable : is_vdso ? "" : path);
        modules.push_back(module);
    }
    return modules;
}

std::vector<prof_stack> stacks_of(const SharedTables& tables) {
    std::vector<prof_stack> stacks;
    for (const SharedTables::Stack& each : tables.stacks) {
        const prof_shared_counters& counters = each.counters;
        const bool has_saved = counters.epoch == tables.totals.epoch;
        prof_stack stack{};
        stack.node = each.node;
        stack.flags = each.flags;
        stack.allocated_bytes = counters.allocated_bytes;
        stack.allocated_blocks = counters.allocated_blocks;
        stack.freed_bytes = counters.allocated_bytes - counters.live_bytes;
        stack.freed_blocks = counters.allocated_blocks - counters.live_blocks;
        stack.peak_bytes = has_saved ? counters.peak_bytes : counters.live_bytes;
        stack.peak_blocks = has_saved ? counters.peak_blocks : counters.live_blocks;
        stack.temporary_blocks = counters.temporary_blocks;
        std::copy(std::begin(counters.lifetimes), std::end(counters.lifetimes), stack.lifetimes);
        stacks.push_back(stack);
    }
    return stacks;
}

void sum(const SharedTables& tables, prof_process& process) {
    for (const SharedTables::Stack& stack : tables.stacks) {
        process.live_bytes += stack.counters.live_bytes;
        process.live_blocks += stack.counters.live_blocks;
        process.allocated_bytes += stack.counters.allocated_bytes;
        process.allocated_blocks += stack.counters.allocated_blocks;
        process.temporary_blocks += stack.counters.temporary_blocks;
    }
    const bool has_peak = tables.totals.peak_bytes > process.live_bytes;
    process.peak_bytes = has_peak ? tables.totals.peak_bytes : process.live_bytes;
    process.peak_blocks = has_peak ? tables.totals.peak_blocks : process.live_blocks;
    process.peak_error_bytes = process.live_error_bytes = tables.pending_bytes();
}

prof_process process_of(const SharedTables& tables, const SharedSnapshotOptions& options, Strings& strings) {
    prof_process process{};
    process.run_id = tables.run_id;
    process.pid = tables.owner;
    process.parent_pid = tables.parent_pid;
    process.snapshot_number = options.number;
    process.reason = PROF_REASON_SUDDEN;
    process.end_signal = options.end_signal;
    process.sample_bytes = tables.sample_bytes;
    process.start_unix_ns = tables.start_unix_ns;
    process.snapshot_unix_ns = options.unix_ns;
    process.elapsed_ns = options.unix_ns > tables.start_unix_ns ? options.unix_ns - tables.start_unix_ns : 0;
    process.program = strings.add(tables.program);
    process.executable = strings.add(tables.executable);
    process.contents = PROF_CONTENTS_NONE;
    process.page_bytes = PROF_SHARED_HEAD_BYTES;
    process.thread_count = tables.threads;
    sum(tables, process);
    return process;
}

}  // namespace

std::vector<std::byte> snapshot_of(const SharedTables& tables, const SharedSnapshotOptions& options) {
    Strings strings;
    std::vector<uint64_t> losses = tables.losses;
    losses.resize(PROF_LOSS_COUNT);
    losses[PROF_LOSS_TABLE_FULL] += tables.is_cut ? 1 : 0;
    const std::vector<prof_process> process = {process_of(tables, options, strings)};
    const std::vector<prof_module> modules = modules_of(tables, strings);
    File file;
    file.add(PROF_SECTION_PROCESS, process);
    file.add(PROF_SECTION_STRINGS, strings.bytes());
    file.add(PROF_SECTION_MODULES, modules);
    file.add(PROF_SECTION_NODE_PC, tables.node_pc);
    file.add(PROF_SECTION_NODE_PARENT, tables.node_caller);
    file.add(PROF_SECTION_STACKS, stacks_of(tables));
    file.add(PROF_SECTION_LOSSES, losses);
    return file.finish();
}

}  // namespace heapkit::read
