// SPDX-License-Identifier: MIT
//
// Reads the numbers that call frame information is made of, front to back, never past the end.
//
// Side:    agent, floor 2 (record).
// Memory:  reads a loaded module's .eh_frame; past its end it yields zeros and remembers that it failed.
#pragma once

#include <cstdint>
#include <cstring>

namespace prof::cfi {

enum PointerEncoding : uint8_t {  // DW_EH_PE_…
    encoding_omit = 0xff,
    encoding_format_mask = 0x0f,
    encoding_relative_mask = 0x70,
    encoding_indirect = 0x80,
};

class Reader {
   public:
    Reader(const uint8_t* at, const uint8_t* end) noexcept : at_(at), end_(end) {}

    const uint8_t* at() const noexcept { return at_; }
    const uint8_t* end() const noexcept { return end_; }
    bool done() const noexcept { return at_ >= end_; }
    bool failed() const noexcept { return failed_; }

    template <class T>
    T fixed() noexcept {
        T value{};
        if (static_cast<uint64_t>(end_ - at_) < sizeof(T)) return fail(), value;
        std::memcpy(&value, at_, sizeof(T));
        at_ += sizeof(T);
        return value;
    }
    uint8_t byte() noexcept { return fixed<uint8_t>(); }

    uint64_t uleb() noexcept {
        uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            uint8_t part = byte();
            if (shift < 64) value |= uint64_t{part & 0x7fu} << shift;
            if ((part & 0x80) == 0) break;
        }
        return value;
    }
    int64_t sleb() noexcept {
        uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            uint8_t part = byte();
            if (shift < 64) value |= uint64_t{part & 0x7fu} << shift;
            if ((part & 0x80) != 0) continue;
            if ((part & 0x40) != 0 && shift + 7 < 64) value |= ~uint64_t{0} << (shift + 7);
            break;
        }
        return static_cast<int64_t>(value);
    }
    void skip(uint64_t bytes) noexcept {
        if (bytes > static_cast<uint64_t>(end_ - at_)) return fail();
        at_ += bytes;
    }

    // A pointer in one of the encodings of .eh_frame. `data_base` is what "data relative" is relative to.
    uint64_t pointer(uint8_t encoding, uint64_t data_base) noexcept;

   private:
    void fail() noexcept {
        failed_ = true;
        at_ = end_;
    }
    const uint8_t* at_;
    const uint8_t* end_;
    bool failed_ = false;
};

}  // namespace prof::cfi
