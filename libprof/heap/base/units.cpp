// SPDX-License-Identifier: MIT
//
// Numbers as people read them.
//
// Side: heap, floor 1 (base).
#include "base/units.h"

#include <fmt/format.h>
#include <array>
#include <cmath>
#include <ctime>

namespace heapkit {
namespace {

std::string scaled(double bytes, bool with_sign) {
    static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
    const char* const sign = with_sign && !std::signbit(bytes) ? "+" : "";
    size_t unit = 0;
    while (true) {
        const double size = std::abs(bytes);
        const bool is_last = unit + 1 == units.size();
        if (unit > 0 && size < 100) {
            return fmt::format("{}{:.1f} {}", sign, bytes, units[unit]);
        }
        if (size < 10 * 1024 || is_last) {
            return fmt::format("{}{:.0f} {}", sign, bytes, units[unit]);
        }
        bytes /= 1024;
        ++unit;
    }
}

std::string with_separators(uint64_t magnitude) {
    std::string digits = std::to_string(magnitude);
    for (size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

uint64_t magnitude_of(int64_t value) {
    return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
}

std::string local_time(int64_t unix_ns, const char* format) {
    const std::time_t seconds = static_cast<std::time_t>(unix_ns / 1'000'000'000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

std::string size_to_text(double bytes) { return scaled(bytes, false); }
std::string size_delta_to_text(double bytes) { return scaled(bytes, true); }

std::string count_to_text(int64_t count) {
    return fmt::format("{}{}", count < 0 ? "-" : "", with_separators(magnitude_of(count)));
}

std::string count_delta_to_text(int64_t count) {
    return fmt::format("{}{}", count < 0 ? '-' : '+', with_separators(magnitude_of(count)));
}

std::string percent_to_text(double percent) {
    const bool is_tiny = percent != 0 && std::abs(percent) < 0.1;
    return is_tiny ? fmt::format("{:.2f} %", percent) : fmt::format("{:.1f} %", percent);
}

std::string duration_to_text(double nanoseconds) {
    const double seconds = nanoseconds / 1e9;
    if (nanoseconds < 1e6) return fmt::format("{:.0f} µs", nanoseconds / 1e3);
    if (seconds < 1) return fmt::format("{:.1f} ms", nanoseconds / 1e6);
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<int64_t>(seconds);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string clock_to_text(int64_t unix_ns) { return local_time(unix_ns, "%H:%M:%S"); }
std::string date_and_clock_to_text(int64_t unix_ns) { return local_time(unix_ns, "%Y-%m-%d %H:%M:%S"); }

}  // namespace heapkit
