// SPDX-License-Identifier: MIT
//
// Making rules and keeping them: see rules.h.
//
// Side:    agent, floor 2 (record).
#include "rules.h"

#include "base/arena.h"
#include "dwarf_reader.h"
#include "modules.h"

namespace prof::rules {

constinit std::atomic<Table*> table{nullptr};

namespace {

constexpr uint32_t first_log2 = 11;
constexpr uint32_t max_log2 = 24;
constexpr uint64_t busy_key = 1;

bool fits(int64_t value, unsigned bits) noexcept {
    int64_t limit = int64_t{8} << (bits - 1);
    return value % 8 == 0 && value >= -limit && value < limit;
}

Rule pack(Shape shape, int64_t cfa, bool saved, int64_t frame) noexcept {
    if (!fits(cfa, 28) || !fits(frame, 16)) return all_registers;
    return (static_cast<uint64_t>(cfa / 8) & 0xfffffff) << 20 | (static_cast<uint64_t>(frame / 8) & 0xffff) << 4 |
           (saved ? 8u : 0u) | shape;
}

// Recognises the expression "register rbp plus offset", with or without a dereference after it.
bool is_frame_relative(const uint8_t* expression, bool dereferenced, int64_t& offset) noexcept {
    constexpr uint8_t base_rbp = 0x76, dereference = 0x06;
    cfi::Reader length(expression, expression + 16);
    uint64_t bytes = length.uleb();
    cfi::Reader reader(length.at(), length.at() + bytes);
    if (reader.byte() != base_rbp) return false;
    offset = reader.sleb();
    if (dereferenced && reader.byte() != dereference) return false;
    return reader.done() && !reader.failed();
}

// A realigned frame: GCC keeps the CFA in a slot below rbp, and the caller's rbp where rbp points.
Rule pack_linked(const cfi::Row& row) noexcept {
    int64_t link = 0, frame = 0;
    const cfi::RegisterRule& rbp = row.registers[cfi::rbp];
    if (!is_frame_relative(row.cfa_expression, true, link)) return all_registers;
    if (rbp.how != cfi::How::at_expression || !is_frame_relative(rbp.expression, false, frame)) return all_registers;
    return pack(linked, link, true, frame);
}

Rule pack_row(const cfi::Row& row) noexcept {
    using cfi::How;
    const cfi::RegisterRule& back = row.registers[cfi::return_address];
    const cfi::RegisterRule& rbp = row.registers[cfi::rbp];
    if (back.how == How::undefined) return outermost;
    if (back.how != How::at_offset || back.value != -8) return all_registers;
    if (row.registers[cfi::rsp].how != How::same) return all_registers;
    if (row.cfa_expression != nullptr) return pack_linked(row);
    if (row.cfa_register != cfi::rsp && row.cfa_register != cfi::rbp) return all_registers;
    if (rbp.how != How::same && rbp.how != How::at_offset) return all_registers;
    bool saved = rbp.how == How::at_offset;
    Shape shape = row.cfa_register == cfi::rsp ? by_stack : by_frame;
    return pack(shape, row.cfa_offset, saved, saved ? rbp.value : 0);
}

Table* make_table(uint32_t log2) noexcept {
    auto* made = static_cast<Table*>(arena::take(sizeof(Table) + sizeof(Entry) * ((size_t{1} << log2) + max_probes)));
    if (made != nullptr) made->log2 = log2;
    return made;
}

// Writes into an empty place, or one whose epoch is over. False: all places of the probe are in use.
bool put(Table& into, uint64_t key, Rule rule) noexcept {
    uint64_t at = place_of(key, into.log2);
    for (unsigned i = 0; i < max_probes; ++i, ++at) {
        Entry& entry = into.entry[at];
        uint64_t there = entry.key.load(std::memory_order_acquire);
        if (there == key || there == busy_key) return true;
        if (there != 0 && there >> 48 == key >> 48) continue;
        if (!entry.key.compare_exchange_strong(there, busy_key, std::memory_order_acq_rel)) continue;
        entry.rule.store(rule, std::memory_order_release);
        entry.key.store(key, std::memory_order_release);
        return true;
    }
    return false;
}

// A larger table with the entries of this epoch. Readers of the old one lose nothing but a little time.
void grow(Table* old, uint64_t epoch) noexcept {
    if (old->log2 >= max_log2) return;
    Table* fresh = make_table(old->log2 + 2);
    if (fresh == nullptr) return;
    fresh->era = old->era;
    for (uint64_t i = 0; i < (uint64_t{1} << old->log2) + max_probes; ++i) {
        uint64_t key = old->entry[i].key.load(std::memory_order_acquire);
        if (key > busy_key && key >> 48 == epoch) put(*fresh, key, old->entry[i].rule.load(std::memory_order_acquire));
    }
    table.compare_exchange_strong(old, fresh, std::memory_order_acq_rel);
}

void remember(uint64_t key, Rule rule) noexcept {
    for (int i = 0; i < 3; ++i) {
        Table* now = table.load(std::memory_order_acquire);
        if (put(*now, key, rule)) return;
        grow(now, key >> 48);
    }
}

// Keys have room for 65,536 epochs. When they come round, a fresh table takes the place of the old one; in time, since
// every new epoch begins with a miss.
void renew() noexcept {
    Table* now = table.load(std::memory_order_acquire);
    auto era = static_cast<uint32_t>(state().rule_epoch.load(std::memory_order_relaxed) >> 16);
    if (now->era == era) return;
    Table* fresh = make_table(first_log2);
    if (fresh == nullptr) return;
    fresh->era = era;
    table.compare_exchange_strong(now, fresh, std::memory_order_acq_rel);
}

}  // namespace

bool start() noexcept {
    Table* first = make_table(first_log2);
    table.store(first, std::memory_order_release);
    return first != nullptr;
}

Rule work_out(uint64_t pc, cfi::Program& program) noexcept {
    modules::Found module;
    if (!modules::find(pc - 1, module)) return no_rule;
    renew();
    uint64_t key = key_of(pc);  // after find(): it may have begun a new epoch
    Rule rule = known_none;
    cfi::Description description;
    if (cfi::find(module.eh_frame_header, pc - 1, description)) {
        if (description.signal_frame)
            rule = all_registers;
        else if (cfi::run(description, pc - 1, program))
            rule = pack_row(program.row);
    } else if (is_loader(pc)) {
        // Where the kernel starts a process: the one place of the dynamic linker without a description.
        rule = outermost;
    }
    rule |= uint64_t{module.generation} << 48;
    remember(key, rule);
    return rule;
}

}  // namespace prof::rules
