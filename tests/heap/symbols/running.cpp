// SPDX-License-Identifier: MIT
//
// See running.h. Side: tests.
#include "running.h"

namespace running {

thread_local Thing* current_thing = nullptr;

namespace {

// Word by word and unchecked: between the variables of others lies what the address sanitizer forbids to read.
[[gnu::noinline, gnu::no_sanitize("address")]] void copy(Copied& copied, uint64_t end) {
    getcontext(&copied.registers);
    copied.stack_begin = static_cast<uint64_t>(copied.registers.uc_mcontext.gregs[REG_RSP]);
    copied.stack.resize((end - copied.stack_begin) / sizeof(uint64_t));
    const auto* const words = reinterpret_cast<const volatile uint64_t*>(copied.stack_begin);
    for (size_t at = 0; at < copied.stack.size(); ++at) copied.stack.data()[at] = words[at];
}

}  // namespace

[[gnu::noinline]] int serve(Copied& copied, Thing* thing, uint64_t end) {
    std::vector<Thing*> things(3, thing);
    copied.thing = reinterpret_cast<uint64_t>(&thing);
    copied.things = reinterpret_cast<uint64_t>(&things);
    copy(copied, end);
    Thing* later = things[0];
    copied.later = reinterpret_cast<uint64_t>(&later);
    return static_cast<int>(later->number);
}

}  // namespace running
