// SPDX-License-Identifier: MIT
//
// operator new and delete: plain, array, sized, aligned, nothrow. Side: agent, floor 5 (hooks). See operators.h.
//
// The next operator is called outside of any guard: it may throw through us, and our frames have unwind tables and no
// handler. A program that defines its own operator new stands before us in the search order and never comes here.
#include "hooks/operators.h"

#include <link.h>

#include "base/next_symbol.h"
#include "base/text.h"
#include "hooks/bootstrap.h"
#include "hooks/hook.h"
#include "hooks/real.h"
#include "record/recorded.h"

namespace prof {

uint32_t Operator::current_generation = 1;

namespace {

constexpr uint16_t misses_at_most = 64;

struct Place {
    uintptr_t address;
    const char* module;
};

int find_module(dl_phdr_info* info, size_t, void* data) {
    Place& place = *static_cast<Place*>(data);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const Elf64_Phdr& part = info->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || place.address - (info->dlpi_addr + part.p_vaddr) >= part.p_memsz) continue;
        place.module = base_name(info->dlpi_name);
        return 1;
    }
    return 0;
}

bool calls_malloc(void* function) noexcept {
    Place place{reinterpret_cast<uintptr_t>(function), ""};
    dl_iterate_phdr(find_module, &place);
    return starts_with(place.module, "libstdc++.") || starts_with(place.module, "libc++.") ||
           starts_with(place.module, "libc++abi.");
}

void* give(const Fallback& wanted, const recorder::Caller& caller) noexcept {
    const size_t size = wanted.size != 0 ? wanted.size : 1;
    void* block = wanted.alignment == 0 ? real.malloc(size) : real.memalign(wanted.alignment, size);
    if (!sampler::passes_by(wanted.size)) record(block, wanted.size, caller);
    return block;
}

void take_back(void* block) noexcept {
    if (bootstrap::owns(block)) return;
    recorder::freed(block);
    real.free(block);
}

}  // namespace

void* Operator::look_up() noexcept {
    const uint32_t now = __atomic_load_n(&current_generation, __ATOMIC_ACQUIRE);
    void* next = next_symbol(name_);
    works_alone_ = next != nullptr && !calls_malloc(next);
    function_ = next;
    // A provider may be loaded later: a miss is not believed at once.
    if (next != nullptr || ++misses_ >= misses_at_most) __atomic_store_n(&generation_, now, __ATOMIC_RELEASE);
    return next;
}

void* Operator::anywhere() const noexcept { return any_symbol(name_); }

}  // namespace prof

using namespace prof;

struct Nothrow;  // std::nothrow_t const&, of which only the address is passed on

#define PROF_NEW(symbol, parameters, arguments, wanted)                                  \
    PROF_HOOK void* symbol parameters {                                                  \
        using Function = void* parameters;                                               \
        static constinit Operator next{#symbol};                                         \
        auto* function = reinterpret_cast<Function*>(next.find());                       \
        if (function != nullptr && !next.works_alone()) [[likely]]                       \
            return function arguments;                                                   \
        if (function == nullptr) {                                                       \
            if (void* block = give(Fallback wanted, PROF_CALLER())) return block;        \
            function = reinterpret_cast<Function*>(next.anywhere());                     \
            return function != nullptr ? function arguments : nullptr;                   \
        }                                                                                \
        begin_above();                                                                   \
        void* block = function arguments;                                                \
        recorder::allocated_unless_recorded(block, Fallback wanted.size, PROF_CALLER()); \
        return block;                                                                    \
    }

#define PROF_DELETE(symbol, parameters, arguments)                 \
    PROF_HOOK void symbol parameters {                             \
        using Function = void parameters;                          \
        static constinit Operator next{#symbol};                   \
        auto* function = reinterpret_cast<Function*>(next.find()); \
        if (function == nullptr) return take_back(block);          \
        if (next.works_alone()) recorder::freed_above(block);      \
        function arguments;                                        \
    }

// clang-format off
PROF_NEW(_Znwm,                               (size_t n), (n), ({n, 0}))
PROF_NEW(_Znam,                               (size_t n), (n), ({n, 0}))
PROF_NEW(_ZnwmRKSt9nothrow_t,                 (size_t n, const Nothrow* t), (n, t), ({n, 0}))
PROF_NEW(_ZnamRKSt9nothrow_t,                 (size_t n, const Nothrow* t), (n, t), ({n, 0}))
PROF_NEW(_ZnwmSt11align_val_t,                (size_t n, size_t a), (n, a), ({n, a}))
PROF_NEW(_ZnamSt11align_val_t,                (size_t n, size_t a), (n, a), ({n, a}))
PROF_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t,  (size_t n, size_t a, const Nothrow* t), (n, a, t), ({n, a}))
PROF_NEW(_ZnamSt11align_val_tRKSt9nothrow_t,  (size_t n, size_t a, const Nothrow* t), (n, a, t), ({n, a}))

PROF_DELETE(_ZdlPv,                              (void* block), (block))
PROF_DELETE(_ZdaPv,                              (void* block), (block))
PROF_DELETE(_ZdlPvm,                             (void* block, size_t n), (block, n))
PROF_DELETE(_ZdaPvm,                             (void* block, size_t n), (block, n))
PROF_DELETE(_ZdlPvRKSt9nothrow_t,                (void* block, const Nothrow* t), (block, t))
PROF_DELETE(_ZdaPvRKSt9nothrow_t,                (void* block, const Nothrow* t), (block, t))
PROF_DELETE(_ZdlPvSt11align_val_t,               (void* block, size_t a), (block, a))
PROF_DELETE(_ZdaPvSt11align_val_t,               (void* block, size_t a), (block, a))
PROF_DELETE(_ZdlPvmSt11align_val_t,              (void* block, size_t n, size_t a), (block, n, a))
PROF_DELETE(_ZdaPvmSt11align_val_t,              (void* block, size_t n, size_t a), (block, n, a))
PROF_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void* block, size_t a, const Nothrow* t), (block, a, t))
PROF_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void* block, size_t a, const Nothrow* t), (block, a, t))
// clang-format on
