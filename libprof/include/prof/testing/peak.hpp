/* SPDX-License-Identifier: MIT
 *
 * The peak of live bytes over a part of the program. The recorder has one peak for the whole process, so that parts
 * which overlap, nested or in several threads, share it: whoever begins or ends first tells all others what it was.
 *
 * Side:    bridge, in the program under test. C++17.
 * Threads: any. What it measures is the whole process, whichever thread allocates. */
#ifndef PROF_TESTING_PEAK_HPP
#define PROF_TESTING_PEAK_HPP

#include <stdint.h>

#include <mutex>

#include <prof/prof.h>

namespace prof::testing {

class PeakWatch {
   public:
    PeakWatch() {
        const std::lock_guard<std::mutex> turn(mutex());
        const prof_memory now = tell_all();
        start_bytes_ = peak_bytes_ = now.live_bytes;
        next_ = first();
        first() = this;
        prof_reset_peak();
    }
    PeakWatch(const PeakWatch&) = delete;
    PeakWatch& operator=(const PeakWatch&) = delete;
    ~PeakWatch() { end(); }

    // How many bytes more than at its beginning lived at once. With several threads up to 256 KiB for each of them may
    // not have been counted yet.
    uint64_t end() {
        const std::lock_guard<std::mutex> turn(mutex());
        if (!is_over_) {
            tell_all();
            PeakWatch** link = &first();
            while (*link != this) link = &(*link)->next_;
            *link = next_;
            is_over_ = true;
        }
        return peak_bytes_ - start_bytes_;
    }

   private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    static PeakWatch*& first() {
        static PeakWatch* one = nullptr;
        return one;
    }
    static prof_memory tell_all() {
        prof_memory memory{};
        prof_traced_memory(&memory);
        for (PeakWatch* each = first(); each != nullptr; each = each->next_)
            if (memory.peak_bytes > each->peak_bytes_) each->peak_bytes_ = memory.peak_bytes;
        return memory;
    }

    uint64_t start_bytes_ = 0, peak_bytes_ = 0;
    PeakWatch* next_ = nullptr;
    bool is_over_ = false;
};

}  // namespace prof::testing

#endif
