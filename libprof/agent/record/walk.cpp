// SPDX-License-Identifier: MIT
//
// The fast walk: see walk.h. A step costs about thirty instructions; a frame that the memo knows, four a word.
//
// Side:    agent, floor 2 (record).
// Every address is checked before it is read: it must lie between the current stack pointer and the end of the
// stack, and each frame must lie further out than the one before. On the thread's native stack that end is known. On
// any other (sigaltstack, coroutines) pages are probed as the walk comes to them.
#include "walk.h"

#include <asm/unistd.h>
#include <sys/uio.h>

#include "base/syscalls.h"
#include "libunwind.h"
#include "rules.h"
#include "stack_word.h"
#include "stacks.h"
#include "state.h"
#include "tables.h"

namespace prof::walk {
namespace {

constexpr uintptr_t page_bytes = 4096;

// The tests build a memo without saved frame pointers, to show that the oracle would notice.
#ifdef PROF_TEST_FORGET_FRAMES
constexpr bool forgets_frames = true;
#else
constexpr bool forgets_frames = false;
#endif

struct Position {
    uint64_t pc, stack_pointer, frame_pointer;
};

const uint64_t* word_at(uint64_t address) noexcept { return reinterpret_cast<const uint64_t*>(address); }

uint64_t load(uint64_t address) noexcept { return stack_word(word_at(address)); }

struct Options {
    bool native;    // on the thread's own stack: the memo counts, and the end is known
    uint64_t high;  // end of what may be read
};

struct Outcome {
    End end;
    uint32_t count;      // frames in thread.fresh
    Frame* met;          // the innermost frame of the memo that still stands
    uint64_t last_word;  // where a walk read a return address of zero, or 0
};

// On a foreign stack: looks whether everything up to `cfa` can be read, and remembers it.
[[gnu::noinline]] bool extend(Thread& thread, uint64_t from, uint64_t cfa, Options& options) noexcept {
    if (options.native || cfa <= from || !is_readable(options.high, cfa)) return false;
    options.high = (cfa + page_bytes - 1) & ~(page_bytes - 1);
    thread.probed_high = options.high;
    return true;
}

// Finds the CFA of a realigned frame.
[[gnu::noinline]] bool follow_link(Thread& thread, const Position& at, rules::Rule rule, Options& options,
                                   uint64_t& cfa) noexcept {
    uint64_t link = at.frame_pointer + static_cast<uint64_t>(rules::cfa_offset(rule));
    if (link < at.stack_pointer) return false;
    if (link + 8 > options.high && !extend(thread, at.stack_pointer, link + 8, options)) return false;
    cfa = load(link);
    return true;
}

// From where a frame's saved rbp is counted.
uint64_t saved_at(rules::Rule rule, uint64_t cfa, uint64_t frame_pointer) noexcept {
    uint64_t from = rules::shape_of(rule) == rules::linked ? frame_pointer : cfa;
    return from + static_cast<uint64_t>(rules::frame_offset(rule));
}

// Outward until the walk meets the memo, whose innermost frame that stands is `candidate`, or ends. One screen, all in
// registers.
[[gnu::always_inline]] inline Outcome run(Thread& thread, Position at, Options options, Frame* candidate) noexcept {
    rules::Reader known;
    for (uint32_t count = 0;; ++count) {
        while (candidate->stack_pointer < at.stack_pointer) --candidate;
        if (candidate->is_at(at.pc, at.stack_pointer, at.frame_pointer)) return {End::met, count, candidate, 0};
        if (count == thread.memo.capacity) [[unlikely]] {
            auto index = candidate - thread.memo.frames;
            if (!threads::grow(thread)) return {End::truncated, count, thread.memo.frames, 0};
            candidate = thread.memo.frames + index;
        }
        rules::Rule rule = known[at.pc];
        if (rule == 0) [[unlikely]] {
            rule = rules::work_out(at.pc, *thread.program);
            known = {};
        }
        thread.fresh[count] = {at.pc, at.stack_pointer, at.frame_pointer, rule};
        rules::Shape shape = rules::shape_of(rule);
        uint64_t cfa = (shape == rules::by_frame ? at.frame_pointer : at.stack_pointer) +
                       static_cast<uint64_t>(rules::cfa_offset(rule));
        if (shape != rules::by_stack && shape != rules::by_frame) [[unlikely]] {
            if (shape == rules::all_registers) return {End::slow, 0, nullptr, 0};
            if (shape == rules::outermost) return {End::complete, count + 1, thread.memo.frames, 0};
            if (shape == rules::no_rule || !follow_link(thread, at, rule, options, cfa))
                return {End::incomplete, count + 1, thread.memo.frames, 0};
        }
        if (cfa - at.stack_pointer - 8 > options.high - at.stack_pointer - 8) [[unlikely]]
            if (!extend(thread, at.stack_pointer + 7, cfa, options))
                return {End::incomplete, count + 1, thread.memo.frames, 0};
        if (rules::saves_frame(rule)) {
            uint64_t saved = saved_at(rule, cfa, at.frame_pointer);
            if (saved - at.stack_pointer > cfa - 16 - at.stack_pointer) [[unlikely]]
                return {End::slow, 0, nullptr, 0};
            at.frame_pointer = load(saved);
        }
        at.pc = load(cfa - 8);
        at.stack_pointer = cfa;
        if (at.pc == 0) [[unlikely]]
            return {End::complete, count + 1, thread.memo.frames, cfa - 8};
    }
}

// What is missing of the stack; counted.
uint32_t flags_of(End end) noexcept {
    if (end == End::incomplete) [[unlikely]]
        return tables::lose(PROF_LOSS_STACK_INCOMPLETE), PROF_STACK_INCOMPLETE;
    if (end == End::truncated) [[unlikely]]
        return tables::lose(PROF_LOSS_STACK_TRUNCATED), PROF_STACK_TRUNCATED;
    return 0;
}

uint64_t key_of(const Fresh& fresh) noexcept { return rules::generation_bits(fresh.rule) | fresh.pc; }

// Nodes for a walk that does not touch the memo.
uint32_t intern_all(const Thread& thread, uint32_t count, uint32_t flags) noexcept {
    uint32_t node = stacks::empty_stack;
    for (uint32_t i = count; i-- > 0 && node != stacks::no_node;) node = stacks::intern(node, key_of(thread.fresh[i]));
    return node == stacks::no_node ? 0 : stacks::leaf(node, flags);
}

// Whether the way out of a frame depends on rbp: its own CFA, or a frame further out before one that saves rbp.
[[gnu::always_inline]] inline bool uses_frame(rules::Rule rule, const Frame& caller) noexcept {
    rules::Shape shape = rules::shape_of(rule);
    if (forgets_frames || shape == rules::outermost) return false;
    return shape == rules::by_frame || shape == rules::linked || (!rules::saves_frame(rule) && caller.uses_frame());
}

// Adds the words besides the return address that the step from `fresh` out to `caller`, at `cfa`, depends on. Returns
// where the next ones go.
[[gnu::always_inline]] inline Word* add_words(Word* word, const Fresh& fresh, const Frame& caller,
                                              uint64_t cfa) noexcept {
    if (caller.uses_frame() && rules::saves_frame(fresh.rule))
        *word++ = {word_at(saved_at(fresh.rule, cfa, fresh.frame_pointer)), caller.frame_pointer};
    if (rules::shape_of(fresh.rule) == rules::linked) [[unlikely]]
        *word++ = {word_at(fresh.frame_pointer + static_cast<uint64_t>(rules::cfa_offset(fresh.rule))), cfa};
    return word;
}

// Puts the new frames on top of the remembered ones. Null: no memory.
[[gnu::always_inline]] inline Frame* remember(Thread& thread, const Outcome& walk) noexcept {
    Memo& memo = thread.memo;
    Frame* frame = walk.met;
    Word* word = memo.words + frame->words_end();
    stacks::Interner intern;
    bool outermost = frame == memo.frames;
    if (outermost && walk.last_word != 0) *word++ = {word_at(walk.last_word), 0};
    for (uint32_t i = walk.count; i-- > 0; outermost = false) {
        const Fresh& fresh = thread.fresh[i];
        const Frame& caller = *frame++;
        uint32_t node = intern(caller.node, key_of(fresh));
        if (node == stacks::no_node) [[unlikely]]
            return nullptr;
        word = add_words(word, fresh, caller, outermost ? walk.last_word + 8 : caller.stack_pointer);
        *frame = {.pc = fresh.pc,
                  .stack_pointer = fresh.stack_pointer,
                  .frame_pointer = fresh.frame_pointer,
                  .node = node,
                  .packed = Frame::pack(word - memo.words, uses_frame(fresh.rule, caller))};
    }
    memo.depth = static_cast<uint32_t>(frame - memo.frames);
    return frame;
}

// Room in the memo for the frames that it keeps and the new ones. False: more than the bound.
[[gnu::noinline]] bool make_room(Thread& thread, Outcome& walk) noexcept {
    auto kept = walk.met - thread.memo.frames;
    while (static_cast<uint64_t>(kept) + walk.count > thread.memo.capacity)
        if (!threads::grow(thread)) return false;
    walk.met = thread.memo.frames + kept;
    return true;
}

[[gnu::noinline]] uint32_t capture_slowly(Thread& thread, const recorder::Caller& caller) noexcept {
    uint32_t count = 0;
    End end = libunwind::on ? libunwind::follow(thread, caller, count) : follow_all_registers(thread, caller, count);
    return intern_all(thread, count, flags_of(end));
}

// On a stack that is not the thread's own: no memo, and pages are probed.
[[gnu::noinline]] uint32_t capture_elsewhere(Thread& thread, const recorder::Caller& caller) noexcept {
    uint64_t here = caller.stack_pointer;
    if (here < thread.probed_low || here >= thread.probed_high) {
        thread.probed_low = here & ~(page_bytes - 1);
        thread.probed_high = thread.probed_low + page_bytes;
    }
    Outcome walk = run(thread, {caller.return_address, here, caller.frame_pointer},
                       {.native = false, .high = thread.probed_high}, thread.memo.frames);
    if (walk.end == End::slow) return capture_slowly(thread, caller);
    return intern_all(thread, walk.count, flags_of(walk.end));
}

// Where no memory is left, 0.
[[gnu::always_inline]] inline uint32_t look_anew(Thread& thread, const recorder::Caller& caller,
                                                 uint64_t epoch) noexcept {
    if (libunwind::on) [[unlikely]]
        return capture_slowly(thread, caller);
    Memo& memo = thread.memo;
    if (epoch != memo.epoch) [[unlikely]] {
        memo.epoch = epoch;
        memo.depth = 0;
    }
    if (caller.stack_pointer - thread.stack_low >= thread.stack_high - thread.stack_low) [[unlikely]]
        return capture_elsewhere(thread, caller);
    Frame* const standing = memo.innermost_standing(caller.stack_pointer);
    if (uint32_t known =
            thread.paths->find(memo, standing, caller.return_address, caller.stack_pointer, caller.frame_pointer))
        return known;
    Outcome walk = run(thread, {caller.return_address, caller.stack_pointer, caller.frame_pointer},
                       {.native = true, .high = thread.stack_high}, standing);
    if (walk.end == End::slow) [[unlikely]]
        return capture_slowly(thread, caller);
    if (static_cast<uint32_t>(walk.met - memo.frames) + walk.count > memo.capacity) [[unlikely]]
        if (!make_room(thread, walk)) walk.end = End::truncated;
    uint32_t flags = flags_of(walk.end);
    if (flags != 0) [[unlikely]]
        return intern_all(thread, walk.count, flags);
    auto kept = static_cast<uint32_t>(walk.met - memo.frames);
    Frame* frame = remember(thread, walk);
    if (frame == nullptr) [[unlikely]]
        return memo.depth = 0;
    memo.stack = stacks::leaf(frame->node, 0);
    if (memo.stack != 0) thread.paths->keep(memo, kept);
    return memo.stack;
}

}  // namespace

uint32_t capture_anew(Thread& thread, const recorder::Caller& caller, uint64_t epoch) noexcept {
    const uint32_t stack = look_anew(thread, caller, epoch);
    if (stack == 0) [[unlikely]]
        tables::lose(PROF_LOSS_NO_MEMORY);
    return stack;
}

bool is_readable(uintptr_t start, uintptr_t end) noexcept {
    constexpr unsigned max_pages = 64;
    uintptr_t page = start & ~(page_bytes - 1);
    if (end <= start || end - page > max_pages * page_bytes) return end <= start;
    iovec remote[max_pages];
    unsigned pages = 0;
    for (; page < end; page += page_bytes) remote[pages++] = {reinterpret_cast<void*>(page), 1};
    char bytes[max_pages];
    iovec here{bytes, sizeof(bytes)};
    return sys::call(__NR_process_vm_readv, state().pid, reinterpret_cast<long>(&here), 1,
                     reinterpret_cast<long>(remote), pages, 0) == pages;
}

}  // namespace prof::walk
