/* SPDX-License-Identifier: MIT
 *
 * What the environment says of leak tests, and whether they can be made at all.
 *
 *     PROF_HEAPKIT            heapkit's path; HEAPKIT too. Otherwise it is beside libprof.so, or on PATH
 *     PROF_TEST_FOLDER        where snapshots and pictures go; otherwise where the test program lies
 *     PROF_TEST_SUPPRESSIONS  a file of known leaks, as heapkit leaks --suppressions reads it
 *     PROF_REQUIRED           1: a test that is not recorded fails. So does one compiled with -DPROF_REQUIRED=1
 *
 * Side: bridge, in the program under test. C++17. */
#ifndef PROF_TESTING_SETTINGS_HPP
#define PROF_TESTING_SETTINGS_HPP

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>

#include <prof/prof.h>

#include "verdict.hpp"

#ifndef PROF_REQUIRED
#define PROF_REQUIRED 0
#endif

namespace prof::testing {

// "" when it is not set.
inline std::string setting(const char* name) {
    const char* const value = getenv(name);
    return value != nullptr ? value : "";
}

inline std::string own_path() {
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length > 0 ? std::string(path, static_cast<size_t>(length)) : std::string("./test");
}

inline std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
}

inline std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Of the folder that is named only the last part is made. Absolute, as a test may change its working directory.
inline std::string output_folder() {
    const std::string named = setting("PROF_TEST_FOLDER");
    if (named.empty()) return folder_of(own_path());
    constexpr mode_t usual_mode = 0777;  // less the umask
    mkdir(named.c_str(), usual_mode);    // what went wrong is said by the first snapshot
    char here[PATH_MAX];
    const bool is_whole = named.front() == '/' || getcwd(here, sizeof here) == nullptr;
    return is_whole ? named : here + ("/" + named);
}

inline bool is_required() {
    const std::string value = setting("PROF_REQUIRED");
    return PROF_REQUIRED != 0 || (!value.empty() && value != "0");
}

// Nothing when this program is recorded.
inline std::optional<Verdict> why_unchecked(const char* check) {
    if (prof_recording() != 0) return std::nullopt;
    const bool is_loaded = prof_agent_recording != nullptr;
    std::string message =
        std::string(check) + " was not checked: " +
        (is_loaded ? "libprof.so is loaded but does not record now."
                   : "nothing records this program. Run it with: heapkit run --no-exit-snapshot -- " + own_path());
    const bool fails = is_required();
    if (fails) message += "\nPROF_REQUIRED is set, so this is a failure.";
    return Verdict{fails ? Verdict::Outcome::failed : Verdict::Outcome::unchecked, std::move(message)};
}

}  // namespace prof::testing

#endif
