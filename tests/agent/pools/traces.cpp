// SPDX-License-Identifier: MIT
//
// A program that asks as one asks Python's tracemalloc; each line says a sentence and whether it is so. Side: tests.
#include <dlfcn.h>

#include <prof/prof.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

int failures = 0;

void say(const char* sentence, bool holds) {
    std::printf("%s: %s\n", holds ? "yes" : "no", sentence);
    failures += !holds;
}

// Whether one of the innermost frames returns into this function.
bool has_frame_in(void* const* frames, size_t count, const void* function) {
    for (size_t i = 0; i < count; ++i) {
        const auto at = static_cast<const char*>(frames[i]) - static_cast<const char*>(function);
        if (at > 0 && at < 256) return true;
    }
    return false;
}

[[gnu::noinline]] char* make(size_t bytes) {
    char* const block = static_cast<char*>(std::malloc(bytes));
    asm volatile("" ::"r"(block) : "memory");
    return block;
}

void ask_for_stacks() {
    void* frames[64] = {};
    char* const block = make(1 << 20);
    const size_t depth = prof::allocation_stack(block, frames, 64);
    say("the stack of a block begins where it was allocated",
        depth > 1 && has_frame_in(frames, 1, reinterpret_cast<void*>(&make)));
    void* inner[64] = {};
    say("a pointer into a block asks for the same",
        prof::allocation_stack(block + 999'999, inner, 64) == depth && std::memcmp(frames, inner, sizeof frames) == 0);
    void* one[1] = {};
    say("a stack may have more frames than there is room for",
        prof::allocation_stack(block, one, 1) == depth && one[0] == frames[0]);
    prof_block_allocated(block + 4096, 64);
    void* handed_out[64] = {};
    say("what is handed out of a block has a stack of its own",
        prof::allocation_stack(block + 4100, handed_out, 64) > 0 && handed_out[0] != frames[0]);
    std::free(block);
    say("a block that was freed has none", prof::allocation_stack(block, frames, 64) == 0);
    say("nor has what is no block", prof::allocation_stack(&failures, frames, 64) == 0 &&
                                        prof::allocation_stack(nullptr, frames, 64) == 0 &&
                                        prof::allocation_stack(reinterpret_cast<void*>(UINTPTR_MAX), frames, 64) == 0);
}

void ask_for_memory() {
    char* const kept = make(100'000);
    std::free(make(1'000'000));
    const prof::TracedMemory before = prof::traced_memory();
    say("the peak is what lived at most", before.peak_bytes >= before.current_bytes + 1'000'000);
    prof::reset_peak();
    const prof::TracedMemory after = prof::traced_memory();
    say("a peak that is reset is what lives",
        after.peak_bytes == after.current_bytes && after.current_bytes >= 100'000);
    std::free(make(5'000));
    const prof::TracedMemory then = prof::traced_memory();
    say("and grows from there", then.peak_bytes == then.current_bytes + 5'000);
    say("the recorder says what it takes itself", prof::own_memory() > 0);
    std::free(kept);
}

void start_and_stop() {
    say("it is recorded from the start", prof::is_tracing());
    say("one can stop", prof::stop() && !prof::is_tracing());
    void* frames[1];
    char* const unseen = make(77);
    say("what is allocated then is not known", prof::allocation_stack(unseen, frames, 1) == 0);
    say("and start again", prof::start() && prof::is_tracing());
    std::free(unseen);
}

int without_recorder() {
    void* frames[1];
    prof::reset_peak();
    say("without the recorder all is zero", !prof::is_tracing() && !prof::start() && !prof::stop() &&
                                                prof::own_memory() == 0 && prof::traced_memory().peak_bytes == 0 &&
                                                prof::allocation_stack(frames, frames, 1) == 0 &&
                                                !prof::take_snapshot());
    return failures;
}

}  // namespace

int main() {
    if (dlsym(RTLD_DEFAULT, "prof_agent_recording") == nullptr) return without_recorder();
    ask_for_memory();
    ask_for_stacks();
    start_and_stop();
    return failures;
}
