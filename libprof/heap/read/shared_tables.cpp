// SPDX-License-Identifier: MIT
//
// See shared_tables.h.
//
// Side: heap, floor 2 (read).
#include "read/shared_tables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace heapkit::read {
namespace {

constexpr uint64_t block_bytes = 512;                    // of st_blocks
constexpr uint64_t most_live_bytes = uint64_t{1} << 48;  // there is no more address space
constexpr uint32_t node_bits = 30;

uint64_t offset_of(uint32_t slot) { return slot * PROF_SHARED_SLOT_BYTES; }

// What can be read at `offset`; the rest of `bytes` is as it was.
void read_at(int fd, uint64_t offset, std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (got <= 0) return;
        bytes = bytes.subspan(static_cast<size_t>(got));
        offset += static_cast<uint64_t>(got);
    }
}

bool read_head(int fd, uint32_t slot, prof_shared& head) {
    read_at(fd, offset_of(slot), std::as_writable_bytes(std::span(&head, 1)));
    return std::memcmp(head.magic, PROF_SHARED_MAGIC, sizeof head.magic) == 0 && head.version == PROF_SHARED_VERSION;
}

// How much of the file was ever written to: no column has more.
uint64_t touched_bytes(int fd) {
    struct stat facts {};
    return fstat(fd, &facts) == 0 ? static_cast<uint64_t>(facts.st_blocks) * block_bytes : 0;
}

// `total` elements at `offset`, fewer when there cannot be so many.
template <typename T>
std::vector<T> column(int fd, uint64_t offset, uint32_t total, SharedTables& tables) {
    const uint64_t most = touched_bytes(fd) / sizeof(T);
    const size_t count = std::min<uint64_t>(total, most);
    tables.damaged += total - count;
    std::vector<T> elements(count);
    read_at(fd, offset, std::as_writable_bytes(std::span(elements)));
    return elements;
}

prof_shared_state state_of(uint32_t word) {
    return static_cast<prof_shared_state>(std::min<uint32_t>(word, PROF_SHARED_ASLEEP));
}

std::string text_in(const char* text, size_t most) { return {text, strnlen(text, most)}; }

void take_modules(std::vector<prof_shared_module> modules, SharedTables& tables) {
    for (prof_shared_module& module : modules) {
        const bool is_whole = module.start <= module.end && module.first_generation <= module.last_generation &&
                              module.build_id_bytes <= PROF_BUILD_ID_BYTES;
        tables.damaged += !is_whole;
        if (!is_whole) module = {};
        module.path[sizeof module.path - 1] = '\0';
    }
    tables.modules = std::move(modules);
}

void take_nodes(const std::vector<prof_shared_node>& nodes, SharedTables& tables) {
    for (size_t i = 0; i < nodes.size(); ++i) {
        const bool is_whole = nodes[i].caller < i || (i == 0 && nodes[i].caller == 0);
        tables.damaged += !is_whole;
        const uint32_t caller = is_whole ? nodes[i].caller : 0;
        tables.node_pc.push_back(i == 0 ? 0 : is_tag(nodes[i].pc) ? empty_tag : nodes[i].pc);
        tables.node_caller.push_back(tables.without_tag(caller));
    }
    if (tables.node_pc.empty()) tables.node_pc.push_back(0), tables.node_caller.push_back(0);
}

// Below zero for a moment when one thread frees what another has not handed in yet.
prof_shared_counters in_range(prof_shared_counters counters, uint64_t& damaged) {
    const auto bytes = static_cast<int64_t>(counters.live_bytes);
    const auto blocks = static_cast<int32_t>(counters.live_blocks);
    if (bytes < 0 || blocks < 0) {
        damaged += bytes < -static_cast<int64_t>(most_live_bytes);
        counters.live_bytes = counters.live_blocks = 0;
    }
    if (counters.live_bytes >= most_live_bytes) {
        ++damaged;
        counters.live_bytes = counters.live_blocks = 0;
    }
    counters.allocated_bytes = std::max(counters.allocated_bytes, counters.live_bytes);
    counters.allocated_blocks = std::max<uint64_t>(counters.allocated_blocks, counters.live_blocks);
    return counters;
}

void take_stacks(const std::vector<prof_shared_leaf>& leaves, const std::vector<prof_shared_counters>& counters,
                 SharedTables& tables) {
    const size_t count = std::min(leaves.size(), counters.size());
    for (size_t i = 0; i < count; ++i) {
        const uint32_t node = leaves[i] & ((1u << node_bits) - 1);
        const bool is_whole = node < tables.node_pc.size();
        tables.damaged += !is_whole;
        tables.stacks.push_back({.node = tables.without_tag(is_whole ? node : 0),
                                 .flags = leaves[i] >> node_bits,
                                 .counters = in_range(counters[i], tables.damaged)});
    }
    if (tables.stacks.empty()) tables.stacks.emplace_back();
}

}  // namespace

uint32_t SharedTables::without_tag(uint32_t node) const noexcept {
    return is_tag(node_pc[node]) ? node_caller[node] : node;
}

uint64_t SharedTables::pending_bytes() const noexcept {
    if (sample_bytes != 0) return 0;  // a recorder that samples holds nothing back
    return threads > 1 ? uint64_t{threads} * PROF_SHARED_PENDING_BYTES : 0;
}

uint32_t shared_slots(int fd) {
    struct stat facts {};
    prof_shared head{};
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || !read_head(fd, 0, head)) return 0;
    const uint64_t slots = static_cast<uint64_t>(facts.st_size) / PROF_SHARED_SLOT_BYTES;
    return static_cast<uint32_t>(std::min<uint64_t>(slots, PROF_SHARED_SLOTS_AT_MOST));
}

SlotFacts shared_facts(int fd, uint32_t slot) {
    constexpr size_t bytes = offsetof(prof_shared, totals);
    std::array<std::byte, bytes> start{};
    read_at(fd, offset_of(slot), start);
    const auto word_at = [&](size_t offset) {
        uint32_t word = 0;
        std::memcpy(&word, start.data() + offset, sizeof word);
        return word;
    };
    return {.owner = word_at(offsetof(prof_shared, owner)),
            .state = state_of(word_at(offsetof(prof_shared, state))),
            .without_slot = word_at(offsetof(prof_shared, without_slot))};
}

Result<SharedTables> read_shared_tables(int fd, uint32_t slot) {
    prof_shared head{};
    if (!read_head(fd, slot, head))
        return Error{"what the program shared with us is not what the recorder wrote",
                     "The program may have written there itself, or the recorder is of another version."};
    if (head.owner == 0 || head.state == PROF_SHARED_FREE)
        return Error{"the recorder shared nothing", "It may not have been loaded."};
    SharedTables tables;
    tables.owner = head.owner;
    tables.parent_pid = head.parent_pid;
    tables.state = state_of(head.state);
    tables.is_forked = head.is_forked != 0;
    tables.inherited_bytes = std::min(head.inherited_bytes, most_live_bytes);
    tables.sample_bytes = head.sample_bytes;
    tables.inherited_blocks = std::min(head.inherited_blocks, most_live_bytes);
    tables.threads = std::min<uint32_t>(head.threads, UINT16_MAX);
    tables.run_id = head.run_id;
    tables.start_unix_ns = head.start_unix_ns;
    tables.totals = head.totals;
    tables.is_cut = head.cut != 0;
    tables.program = text_in(head.program, sizeof head.program);
    tables.executable = text_in(head.executable, sizeof head.executable);
    tables.losses.assign(std::begin(head.losses), std::begin(head.losses) + PROF_LOSS_COUNT);
    const uint64_t at = offset_of(slot);
    const uint32_t modules = std::min<uint32_t>(head.module_total, PROF_SHARED_MODULES_AT_MOST);
    take_modules(column<prof_shared_module>(fd, at + PROF_SHARED_MODULES_OFFSET, modules, tables), tables);
    // Leaves before counters before nodes: each was filled before the total that we have read.
    const auto leaves = column<prof_shared_leaf>(fd, at + PROF_SHARED_LEAVES_OFFSET, head.stack_total, tables);
    const auto counters = column<prof_shared_counters>(fd, at + PROF_SHARED_COUNTERS_OFFSET, head.stack_total, tables);
    take_nodes(column<prof_shared_node>(fd, at + PROF_SHARED_NODES_OFFSET, head.node_total, tables), tables);
    take_stacks(leaves, counters, tables);
    return tables;
}

}  // namespace heapkit::read
