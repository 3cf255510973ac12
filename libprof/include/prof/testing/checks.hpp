/* SPDX-License-Identifier: MIT
 *
 * The three checks, as loops around the part of the program that they are about: next() before each run of it says
 * whether it is to run once more, and what verdict() is when it is not.
 *
 *     NoGrowth    warm-up runs | snapshot | half of the runs | snapshot | the other half | snapshot -> heapkit expect
 *     NoLeaks     the same without the snapshot in the middle
 *     MaxBytes    warm-up runs | peak watch | one run | no snapshot, unless it was too much
 *
 * Side:    bridge, in the program under test. C++17. Knows no test framework: gtest.hpp, catch2.hpp, leak_test.hpp.
 * Threads: one thread a check, several checks at a time. What other threads allocate meanwhile counts.
 * Memory:  what a check itself allocates lives before its first snapshot, or dies with it. */
#ifndef PROF_TESTING_CHECKS_HPP
#define PROF_TESTING_CHECKS_HPP

#include <stdint.h>
#include <string.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heapkit_process.hpp"
#include "peak.hpp"
#include "snapshots.hpp"
#include "verdict.hpp"

namespace prof::testing {

// How often the part runs: `warm_up` times before it counts, for what is made once and stays, then `iterations` times.
struct Runs {
    int64_t iterations = 1;
    int64_t warm_up = 0;
};

namespace detail {

inline std::string times(int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// What a run left on the stack, below the frames in use, passes for pointers where the next frame there, ours or the
// recorder's, does not write to each of its words. So this comes before each next(), from as small a frame as can be.
[[gnu::noinline]] inline void clear_unused_stack() {
    constexpr size_t bytes = 8192;
    unsigned char unused[bytes];
    memset(unused, 0, sizeof unused);
    asm volatile("" : : "r"(unused) : "memory");
}

// What the three have in common. A check ends by verdict_ being set.
class Check {
   public:
    Check(Where where, Runs runs) : where_(std::move(where)), runs_(runs) {}
    Check(const Check&) = delete;
    Check& operator=(const Check&) = delete;

    const Where& where() const noexcept { return where_; }
    bool is_over() const noexcept { return verdict_.has_value(); }
    const Verdict& verdict() const noexcept { return *verdict_; }

   protected:
    ~Check() = default;

    // Before the first run. True: it can be checked.
    bool begin() {
        if (runs_.iterations < 1 || runs_.warm_up < 0) {
            end(failed(std::string(where_.check) + " was asked for " + times(runs_.iterations, "iteration") +
                       " after " + times(runs_.warm_up, "warm-up run") + ": it takes one iteration or more."));
            return false;
        }
        skipped_ = why_unchecked(where_.check);
        return !skipped_;
    }
    // Without a recorder the part runs once, as it would without us.
    bool run_unchecked() {
        if (run_++ == 0) return true;
        end(std::move(*skipped_));
        return false;
    }
    bool is_skipped() const noexcept { return skipped_.has_value(); }
    void end(Verdict verdict) { verdict_ = std::move(verdict); }

    const Where where_;
    const Runs runs_;
    int64_t run_ = 0;  // of those that have begun

   private:
    std::optional<Verdict> skipped_, verdict_;
};

// The answer of heapkit expect as a verdict.
inline Verdict verdict_of(const Answer& answer, const std::string& claim, Snapshots& snapshots) {
    if (answer.status == static_cast<int>(Exit::as_expected)) return {};
    snapshots.keep();
    std::string message = claim;
    if (answer.status != static_cast<int>(Exit::not_as_expected)) {
        message = "It cannot be said whether this holds: " + claim;
        if (answer.status > static_cast<int>(Exit::cannot_say))
            message += "\n" + path_of_heapkit() + " ended with status " + std::to_string(answer.status) + ".";
    }
    return failed(message + "\n" + answer.output);
}

// A check by snapshots.
class SnapshotCheck : public Check {
   public:
    bool next() {
        if (is_over()) return false;
        if (run_ == 0 && !begin() && is_over()) return false;
        if (is_skipped()) return run_unchecked();
        if (run_ == 0) snapshots_.emplace(where_.test);
        const int64_t measured = run_ - runs_.warm_up;
        if (measured == 0 && !take("before")) return false;
        if (has_middle_ && runs_.iterations > 1 && measured == runs_.iterations / 2 && !take("middle")) return false;
        if (measured == runs_.iterations) {
            if (take("after")) judge();
            return false;
        }
        ++run_;
        return true;
    }

   protected:
    // `words` ask heapkit; the snapshots and where to draw are put behind.
    SnapshotCheck(Where where, Runs runs, std::string claim, std::vector<std::string> words, bool has_middle)
        : Check(std::move(where), runs), claim_(std::move(claim)), words_(std::move(words)), has_middle_(has_middle) {}

   private:
    bool take(const char* name) {
        const auto why_not = snapshots_->take(name);
        if (why_not) end(failed(claim_ + "\n" + *why_not));
        return !why_not;
    }
    void judge() {
        std::vector<std::string> words = words_;
        words.push_back("--picture");
        words.push_back(snapshots_->beside(".png"));
        words.push_back("--");
        for (const std::string& path : snapshots_->paths()) words.push_back(path);
        end(verdict_of(ask_heapkit(std::move(words)), claim_, *snapshots_));
    }

    const std::string claim_;
    const std::vector<std::string> words_;
    const bool has_middle_;
    std::optional<Snapshots> snapshots_;
};

inline std::string runs_text(Runs runs) {
    return " over " + times(runs.iterations, "iteration") +
           (runs.warm_up > 0 ? " after " + times(runs.warm_up, "warm-up run") : std::string());
}

inline std::vector<std::string> words_for_leaks() {
    std::vector<std::string> words = {"expect", "--no-leaks"};
    const std::string suppressions = setting("PROF_TEST_SUPPRESSIONS");
    if (!suppressions.empty()) words.insert(words.end(), {"--suppressions", suppressions});
    return words;
}

}  // namespace detail

// No more objects of a type, or elements in the containers of an owner, after the iterations than before.
class NoGrowth : public detail::SnapshotCheck {
   public:
    NoGrowth(Where where, const std::string& subject, Amount iterations, Amount warm_up = 1)
        : SnapshotCheck(std::move(where), {iterations.value, warm_up.value},
                        "no growth of " + subject + detail::runs_text({iterations.value, warm_up.value}),
                        {"expect", "--no-growth", subject}, true) {}
};

// Nothing allocated in the iterations is lost after them. Three by default: what is left of a pointer in a register or
// in a variable that is gone hides one block, and the next iteration writes over it.
class NoLeaks : public detail::SnapshotCheck {
   public:
    static constexpr int64_t usual_iterations = 3;
    explicit NoLeaks(Where where, Amount iterations = usual_iterations, Amount warm_up = 0)
        : SnapshotCheck(std::move(where), {iterations.value, warm_up.value},
                        "no leaks" + detail::runs_text({iterations.value, warm_up.value}), detail::words_for_leaks(),
                        false) {}
};

// At no moment of the run more than so many bytes more are live than at its beginning.
class MaxBytes : public detail::Check {
   public:
    MaxBytes(Where where, Amount limit_bytes, Amount warm_up = 0)
        : Check(std::move(where), {1, warm_up.value}), limit_bytes_(limit_bytes.value) {}

    bool next() {
        if (is_over()) return false;
        if (run_ == 0 && !begin() && is_over()) return false;
        if (is_skipped()) return run_unchecked();
        if (run_ == runs_.warm_up) watch_.emplace();
        if (run_++ < runs_.warm_up + 1) return true;
        judge(static_cast<int64_t>(watch_->end()));
        return false;
    }

   private:
    void judge(int64_t used_bytes) {
        if (used_bytes <= limit_bytes_) return end({});
        std::string message = "at most " + std::to_string(limit_bytes_) + " bytes more at once\nIt took " +
                              std::to_string(used_bytes) + " bytes, " + std::to_string(used_bytes - limit_bytes_) +
                              " too many.";
        Snapshots snapshots(where_.test);
        if (const auto why_not = snapshots.take("after")) return end(failed(message + "\n" + *why_not));
        snapshots.keep();
        const std::string& snapshot = snapshots.paths().back();
        message += "\nWhat lived at the peak, also from before it:\n" +
                   ask_heapkit({"stats", snapshot, "--metric", "peak", "--limit", "10"}).output;
        const std::string graph = snapshots.beside(".svg");
        const Answer drawn = ask_heapkit({"flamegraph", snapshot, "--metric", "peak", "-o", graph});
        message += drawn.status == 0 ? "\nFlame graph of the peak: " + graph : "\n" + drawn.output;
        end(failed(std::move(message)));
    }

    const int64_t limit_bytes_;
    std::optional<PeakWatch> watch_;
};

}  // namespace prof::testing

#endif
