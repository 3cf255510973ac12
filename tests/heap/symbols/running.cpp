// SPDX-License-Identifier: MIT
//
// See running.h. Side: tests.
#include "running.h"

#include <cstring>

namespace running {

thread_local Thing* current_thing = nullptr;

namespace {

[[gnu::noinline]] void copy(Copied& copied, uint64_t end) {
    getcontext(&copied.registers);
    copied.stack_begin = static_cast<uint64_t>(copied.registers.uc_mcontext.gregs[REG_RSP]);
    copied.stack.resize((end - copied.stack_begin) / sizeof(uint64_t));
    std::memcpy(copied.stack.data(), reinterpret_cast<const void*>(copied.stack_begin),
                copied.stack.size() * sizeof(uint64_t));
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
