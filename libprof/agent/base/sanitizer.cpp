// SPDX-License-Identifier: MIT
//
// Sanitizers. Side: agent, floor 1 (base). See sanitizer.h.
//
// Each runtime defines a function to begin with, which the dynamic linker finds for us when it is there.
#include "base/sanitizer.h"

extern "C" {
[[gnu::weak]] void __asan_init();
[[gnu::weak]] void __hwasan_init();
[[gnu::weak]] void __msan_init();
[[gnu::weak]] void __tsan_init();
[[gnu::weak]] void __lsan_disable();
}

namespace prof {

const char* sanitizer() noexcept {
    if (&__asan_init != nullptr) return "AddressSanitizer";
    if (&__hwasan_init != nullptr) return "HWAddressSanitizer";
    if (&__msan_init != nullptr) return "MemorySanitizer";
    if (&__tsan_init != nullptr) return "ThreadSanitizer";
    return &__lsan_disable != nullptr ? "LeakSanitizer" : nullptr;
}

}  // namespace prof
