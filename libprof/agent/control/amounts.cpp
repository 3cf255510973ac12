// SPDX-License-Identifier: MIT
//
// Amounts. Side: agent, floor 4 (control). See amounts.h.
#include "control/amounts.h"

#include "base/text.h"

namespace prof {

namespace {

constexpr uint64_t highest_number = uint64_t{1} << 40;  // times a unit it still fits
constexpr uint64_t highest_percent = 100000;

struct UnitRow {
    const char* name;
    uint64_t factor;
};

constexpr UnitRow times[] = {{"", 1000}, {"s", 1000}, {"ms", 1}};
constexpr UnitRow sizes[] = {{"", 1},        {"B", 1},         {"K", 1 << 10}, {"KiB", 1 << 10},
                             {"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}, {"GiB", 1 << 30}};

// Steps over the digits.
bool take_number(const char*& text, uint64_t& number) noexcept {
    if (*text < '0' || *text > '9') return false;
    number = 0;
    for (; *text >= '0' && *text <= '9' && number <= highest_number; ++text)
        number = number * 10 + static_cast<uint64_t>(*text - '0');
    return number <= highest_number;
}

template <unsigned long rows>
bool parse(const char* text, const UnitRow (&units)[rows], uint64_t& amount) noexcept {
    uint64_t number = 0;
    if (!take_number(text, number)) return false;
    for (const UnitRow& unit : units) {
        if (!same_text(text, unit.name)) continue;
        if (number > UINT64_MAX / 2 / unit.factor) return false;
        amount = number * unit.factor;
        return true;
    }
    return false;
}

}  // namespace

bool parse_milliseconds(const char* text, uint64_t& milliseconds) noexcept { return parse(text, times, milliseconds); }

bool parse_bytes(const char* text, uint64_t& bytes) noexcept { return parse(text, sizes, bytes); }

bool parse_percent(const char* text, uint32_t& percent) noexcept {
    uint64_t number = 0;
    if (!take_number(text, number) || !same_text(text, "%") || number == 0 || number > highest_percent) return false;
    percent = static_cast<uint32_t>(number);
    return true;
}

}  // namespace prof
