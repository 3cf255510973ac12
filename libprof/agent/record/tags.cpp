// SPDX-License-Identifier: MIT
//
// Tags: see tags.h.
//
// Side:    agent, floor 2 (record).
#include "tags.h"

#include "base/arena.h"
#include "blocks.h"
#include "domains.h"
#include "event.h"
#include "pools.h"
#include "sampled.h"
#include "sampler.h"
#include "stacks.h"
#include "state.h"
#include "tables.h"
#include "types.h"

namespace prof::tags {

constinit std::atomic<bool> any{false};

namespace {

using threads::local;

constexpr uint64_t generation_bits = uint64_t{PROF_GENERATION_TAG} << 48;

uint32_t domain_now() noexcept { return domain_in(local.tag); }
void set_domain(uint32_t domain) noexcept {
    local.tag = (local.tag & type_mask) | uint64_t{domain} << PROF_TAG_DOMAIN_SHIFT;
}

// As recorder::is_inside(), in place: each typed allocation asks.
bool is_inside_recorder() noexcept {
    const Thread* thread = local.thread;
    return local.starting != 0 || (thread != nullptr && thread->inside.load(std::memory_order_relaxed) != 0);
}

bool is_awake() noexcept { return shadow.mode.load(std::memory_order_relaxed) != 0; }

// ---- Stacks --------------------------------------------------------------------------------------------------------

uint64_t tag_of(uint32_t stack) noexcept {
    if (stack == 0 || stack >= stacks::stack_total()) return 0;
    const uint64_t pc = stacks::nodes.at(stacks::node_of(stack)).pc;
    return is_tag(pc) ? pc ^ generation_bits : 0;
}

uint32_t frame_of(uint32_t stack) noexcept {
    const uint32_t node = stacks::node_of(stack);
    const stacks::Node& innermost = stacks::nodes.at(node);
    return is_tag(innermost.pc) ? innermost.caller : node;
}

// The same frames with another tag. 0: no memory.
uint32_t with_tag(uint32_t stack, uint64_t tag) noexcept {
    uint32_t node = frame_of(stack);
    any.store(true, std::memory_order_relaxed);
    if (tag != 0) node = stacks::intern(node, generation_bits | tag);
    return node == stacks::no_node ? 0 : stacks::leaf(node, stacks::flags_of(stack));
}

// The last of 64 hash bits are the best mixed.
uint32_t place_of(uint32_t stack, uint64_t tag) noexcept {
    return static_cast<uint32_t>(stacks::hash_of(stack, tag) >> 56);
}
static_assert(TagCache::most == 1u << 8);

// A stack whose tag does not fit stays without one.
[[gnu::noinline]] uint32_t take_slowly(Thread& thread, uint32_t stack, uint64_t tag) noexcept {
    if (thread.tags == nullptr) thread.tags = static_cast<TagCache*>(arena::take(sizeof(TagCache)));
    const uint32_t tagged = stack == 0 ? 0 : with_tag(stack, tag);
    if (tagged == 0) return tables::lose(PROF_LOSS_NO_MEMORY), stack;
    if (thread.tags != nullptr)
        thread.tags->known[place_of(stack, tag)] = {.tag = tag, .stack = stack, .tagged = tagged};
    return tagged;
}

// ---- A block's type, afterwards ------------------------------------------------------------------------------------

uint32_t retagged(uint32_t stack, uint32_t type) noexcept {
    return with_tag(stack, (tag_of(stack) & ~type_mask) | type);
}

bool retype_reported(Thread& thread, const pools::Reported& one, uint32_t type) noexcept {
    const uint32_t stack = retagged(one.record.stack, type);
    if (stack == 0) return tables::lose(PROF_LOSS_NO_MEMORY), false;
    if (stack == one.record.stack) return true;
    if (!pools::replace_stack(one, stack)) return tables::lose(PROF_LOSS_REPORTS), false;
    event::count_moved(thread, one.record.stack, stack, one.record.size_bytes);
    return true;
}

bool retype_recorded(Thread& thread, uintptr_t address, uint32_t type) noexcept {
    uintptr_t start = 0;
    uint64_t first = 0;
    blocks::Record record;
    if (!blocks::last_before(address, address, start, first, record) || record.stack == 0) {
        if (!sampler::is_on()) tables::lose(PROF_LOSS_REPORTS);
        return false;
    }
    const uint32_t stack = retagged(record.stack, type);
    if (stack == 0) return tables::lose(PROF_LOSS_NO_MEMORY), false;
    if (stack == record.stack) return true;
    if (!blocks::replace_stack(address, first, stack)) return tables::lose(PROF_LOSS_REPORTS), false;
    if (sampler::is_on())
        sampled::moved(address, record, stack);
    else
        event::count_moved(thread, record.stack, stack, record.size_bytes);
    return true;
}

// ---- Scopes --------------------------------------------------------------------------------------------------------

// Where this thread keeps its scopes, with room for one. Null: nothing is recorded, or no memory; counted.
[[gnu::noinline]] Scopes* begin_scopes() noexcept {
    if (!is_awake()) return nullptr;
    Thread* thread = event::begin();
    if (thread == nullptr) return nullptr;
    if (thread->scopes == nullptr) thread->scopes = static_cast<Scopes*>(arena::take(sizeof(Scopes)));
    Scopes* made = thread->scopes;
    event::end(*thread);
    if (made == nullptr) tables::lose(PROF_LOSS_NO_MEMORY);
    return made;
}

// Number of the scope 32 | slot of the thread 16 | how deep it is, from 1 on, 16.
uint64_t token_of(uint32_t number, uint32_t slot, uint32_t depth) noexcept {
    return uint64_t{number} << 32 | slot << 16 | depth;
}
static_assert(blocks::max_thread <= UINT16_MAX && Scopes::most <= UINT16_MAX);

}  // namespace

// ---- For the recorder ----------------------------------------------------------------------------------------------

uint32_t take(Thread& thread, uint32_t stack) noexcept {
    const uint64_t tag = local.tag;
    local.tag = tag & ~type_mask;
    if (thread.tags != nullptr) [[likely]] {
        const TagCache::Known& known = thread.tags->known[place_of(stack, tag)];
        if (known.stack == stack && known.tag == tag && known.tagged != 0) [[likely]]
            return known.tagged;
    }
    return take_slowly(thread, stack, tag);
}

void use_up_outside() noexcept {
    if (!is_inside_recorder()) use_up();
}

void Kept::begin(uint64_t first) noexcept {
    const uint64_t kept = tag_of(blocks::stack_of(first));
    is_kept_ = true;
    domain_ = domain_now();
    if ((local.tag & type_mask) == 0) local.tag |= kept & type_mask;
    set_domain(domain_in(kept));
}

void Kept::end() const noexcept { set_domain(domain_); }

// ---- What the program says -----------------------------------------------------------------------------------------

void next(uint32_t type) noexcept {
    if (shadow.mode.load(std::memory_order_relaxed) != mode_started) [[unlikely]]
        return;
    if (is_inside_recorder()) [[unlikely]]
        return tables::lose(PROF_LOSS_REENTRANT);
    if (type >= types::count()) [[unlikely]]
        tables::lose(PROF_LOSS_REPORTS), type = types::none;
    local.tag = (local.tag & ~type_mask) | type;
    if (sampler::is_on()) sampler::look_at_next();
}

bool retype(uintptr_t address, uint32_t type) noexcept {
    if (!is_awake()) return false;
    if (address == 0 || type >= types::count()) return tables::lose(PROF_LOSS_REPORTS), false;
    Thread* thread = event::begin();
    if (thread == nullptr) return false;
    pools::Reported one;
    const bool is_reported = pools::find(address, one) && !one.is_freed;
    const bool done = is_reported ? retype_reported(*thread, one, type) : retype_recorded(*thread, address, type);
    event::end(*thread);
    return done;
}

uint64_t enter(const char* name) noexcept {
    if (name == nullptr || *name == '\0') return tables::lose(PROF_LOSS_REPORTS), 0;
    const Thread* known = local.thread;
    Scopes* const scopes = known != nullptr && known->scopes != nullptr ? known->scopes : begin_scopes();
    if (scopes == nullptr) return 0;
    const uint32_t before = domain_now(), depth = scopes->depth;
    if (depth == Scopes::most) {
        if (!domains::is_named(before, name)) tables::lose(PROF_LOSS_TABLE_FULL);
        return 0;
    }
    const uint32_t domain = domains::inside(before, name);
    const uint32_t number = ++scopes->last_number;
    scopes->open[depth] = {.number = number, .before = before};
    std::atomic_signal_fence(std::memory_order_seq_cst);
    scopes->depth = depth + 1;
    set_domain(domain);
    return token_of(number, local.thread->slot, depth + 1);
}

void leave(uint64_t token) noexcept {
    if (token == 0) return;
    const Thread* thread = local.thread;
    Scopes* const scopes = thread == nullptr ? nullptr : thread->scopes;
    const uint32_t depth = token & UINT16_MAX;
    const bool is_open = scopes != nullptr && depth != 0 && depth <= scopes->depth &&
                         token == token_of(scopes->open[depth - 1].number, thread->slot, depth);
    if (!is_open) return tables::lose(PROF_LOSS_REPORTS);
    set_domain(scopes->open[depth - 1].before);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    scopes->depth = depth - 1;
}

}  // namespace prof::tags
