/* SPDX-License-Identifier: MIT
 *
 * The snapshots of one check, beside the test program: kept when it fails, gone otherwise.
 *
 * Side:    bridge, in the program under test. C++17.
 * Threads: a Snapshots is one thread's; those of several threads take turns. */
#ifndef PROF_TESTING_SNAPSHOTS_HPP
#define PROF_TESTING_SNAPSHOTS_HPP

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "settings.hpp"

namespace prof::testing {

namespace detail {

inline std::mutex& snapshot_turn() {
    static std::mutex turn;
    return turn;
}

// What a file's name may be made of.
inline std::string without_odd_letters(const std::string& name) {
    constexpr size_t longest = 100;
    std::string clean;
    for (const char each : name.substr(0, longest)) {
        const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                              (each >= '0' && each <= '9') || each == '.' || each == '-' || each == '_';
        clean += is_plain ? each : '_';
    }
    return clean;
}

}  // namespace detail

class Snapshots {
   public:
    // Files are called PROGRAM.TEST.PID-N.….
    explicit Snapshots(const std::string& test) {
        static std::atomic<unsigned> last{0};
        stem_ = output_folder() + "/" + detail::without_odd_letters(name_of(own_path()));
        if (!test.empty()) stem_ += "." + detail::without_odd_letters(test);
        stem_ += "." + std::to_string(getpid()) + "-" + std::to_string(++last);
        paths_.reserve(3);
    }
    Snapshots(const Snapshots&) = delete;
    Snapshots& operator=(const Snapshots&) = delete;
    ~Snapshots() {
        if (is_kept_) return;
        for (const std::string& path : paths_) unlink(path.c_str());
    }

    // Nothing, or why there is none.
    std::optional<std::string> take(const char* name) {
        paths_.push_back(stem_ + "." + name + ".heap");
        const int error = take_in_turn(paths_.back().c_str());
        if (error == 0) return std::nullopt;
        std::string why = "cannot take the snapshot " + paths_.back() + ": " + strerror(error);
        if (error == EACCES || error == ENOENT || error == EROFS || error == ENOTDIR || error == ENOSPC)
            why += "\nName another folder with PROF_TEST_FOLDER.";
        return why;
    }

    const std::vector<std::string>& paths() const noexcept { return paths_; }  // oldest first
    std::string beside(const char* ending) const { return stem_ + ending; }
    void keep() noexcept { is_kept_ = true; }

   private:
    // The recorder takes one at a time, and may be taking one by itself.
    static int take_in_turn(const char* path) {
        constexpr int most_tries = 500;
        const std::lock_guard<std::mutex> turn(detail::snapshot_turn());
        for (int tries = 0;; ++tries) {
            errno = 0;
            if (prof_take_snapshot(path) == 0) return 0;
            if (errno != EBUSY || tries == most_tries) return errno != 0 ? errno : ENOSYS;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    std::string stem_;
    std::vector<std::string> paths_;
    bool is_kept_ = false;
};

}  // namespace prof::testing

#endif
