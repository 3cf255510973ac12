// SPDX-License-Identifier: MIT
//
// From a program counter to its function's description: see cfi.h. The linker sorts the functions into a table in
// .eh_frame_hdr; where it left the table out, .eh_frame is read from its start.
//
// Side:    agent, floor 2 (record).
#include "cfi.h"
#include "dwarf_reader.h"

namespace prof::cfi {
namespace {

constexpr uint8_t data_relative_int32 = 0x3b;  // the one encoding of the search table that linkers write
constexpr uint32_t extended_length = 0xffffffff;
constexpr unsigned max_entries = 1u << 22;         // of .eh_frame, when it must be read in a row
constexpr uint64_t far_bytes = uint64_t{1} << 32;  // longer than any table

uint64_t number(const uint8_t* at) noexcept { return reinterpret_cast<uint64_t>(at); }
const uint8_t* bytes_at(uint64_t address) noexcept { return reinterpret_cast<const uint8_t*>(address); }

struct Common {
    const uint8_t* instructions = nullptr;
    const uint8_t* end = nullptr;
    uint64_t code_alignment = 1;
    int64_t data_alignment = 1;
    uint8_t encoding = 0;
    bool has_augmentation = false;
    bool signal_frame = false;
};

// Reads the augmentation: 'z' a length, 'R' how addresses are written, 'P' a personality, 'L' how its data is
// written, 'S' a signal frame, 'B' pointer authentication (arm64).
bool read_augmentation(const char* letters, Reader& reader, Common& common) noexcept {
    if (*letters == 0) return true;
    if (*letters++ != 'z') return false;
    common.has_augmentation = true;
    uint64_t length = reader.uleb();
    const uint8_t* after = reader.at() + length;
    for (; *letters != 0; ++letters) {
        if (*letters == 'R') common.encoding = reader.byte();
        if (*letters == 'L') reader.byte();
        if (*letters == 'S') common.signal_frame = true;
        if (*letters == 'P') {
            uint8_t encoding = reader.byte();
            reader.pointer(encoding & ~encoding_indirect, 0);
        }
    }
    reader.skip(static_cast<uint64_t>(after - reader.at()));
    return true;
}

bool read_common(const uint8_t* at, Common& common) noexcept {
    Reader header(at, at + 4);
    uint32_t length = header.fixed<uint32_t>();
    if (length == 0 || length == extended_length) return false;
    Reader reader(at + 4, at + 4 + length);
    if (reader.fixed<uint32_t>() != 0) return false;  // not a common entry
    uint8_t version = reader.byte();
    if (version != 1 && version != 3) return false;
    auto* letters = reinterpret_cast<const char*>(reader.at());
    while (reader.byte() != 0 && !reader.failed()) {
    }
    common.code_alignment = reader.uleb();
    common.data_alignment = reader.sleb();
    uint64_t return_register = version == 1 ? reader.byte() : reader.uleb();
    if (return_register != return_address || !read_augmentation(letters, reader, common)) return false;
    common.instructions = reader.at();
    common.end = reader.end();
    return !reader.failed();
}

// Reads the function entry at `at`. False: it is not one, or does not hold `pc`.
bool read_entry(const uint8_t* at, uint64_t pc, Description& out) noexcept {
    Reader header(at, at + 4);
    uint32_t length = header.fixed<uint32_t>();
    if (length == 0 || length == extended_length) return false;
    Reader reader(at + 4, at + 4 + length);
    uint32_t back = reader.fixed<uint32_t>();
    Common common;
    if (back == 0 || !read_common(at + 4 - back, common)) return false;
    uint64_t start = reader.pointer(common.encoding, 0);
    uint64_t bytes = reader.pointer(common.encoding & encoding_format_mask, 0);
    if (reader.failed() || pc - start >= bytes) return false;
    if (common.has_augmentation) reader.skip(reader.uleb());
    out = {.initial = common.instructions,
           .initial_end = common.end,
           .own = reader.at(),
           .own_end = reader.end(),
           .start = start,
           .bytes = bytes,
           .code_alignment = common.code_alignment,
           .data_alignment = common.data_alignment,
           .signal_frame = common.signal_frame};
    return !reader.failed();
}

struct Pair {
    int32_t start, entry;  // relative to the header
};

// The last function that starts at or before `pc`.
const uint8_t* search(const uint8_t* header, const Pair* table, uint64_t count, uint64_t pc) noexcept {
    int64_t wanted = static_cast<int64_t>(pc - number(header));
    uint64_t low = 0, high = count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (table[middle].start <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? nullptr : header + table[low - 1].entry;
}

bool read_in_a_row(const uint8_t* frame, uint64_t pc, Description& out) noexcept {
    for (unsigned i = 0; i < max_entries; ++i) {
        Reader header(frame, frame + 4);
        uint32_t length = header.fixed<uint32_t>();
        if (length == 0 || length == extended_length) return false;
        if (read_entry(frame, pc, out)) return true;
        frame += 4 + uint64_t{length};
    }
    return false;
}

}  // namespace

uint64_t Reader::pointer(uint8_t encoding, uint64_t data_base) noexcept {
    if (encoding == encoding_omit) return 0;
    uint64_t here = number(at_), value = 0;
    switch (encoding & encoding_format_mask) {
        case 0x00:
        case 0x04:
        case 0x0c:
            value = fixed<uint64_t>();
            break;
        case 0x01:
            value = uleb();
            break;
        case 0x02:
            value = fixed<uint16_t>();
            break;
        case 0x03:
            value = fixed<uint32_t>();
            break;
        case 0x09:
            value = static_cast<uint64_t>(sleb());
            break;
        case 0x0a:
            value = static_cast<uint64_t>(int64_t{fixed<int16_t>()});
            break;
        case 0x0b:
            value = static_cast<uint64_t>(int64_t{fixed<int32_t>()});
            break;
        default:
            fail();
            return 0;
    }
    if ((encoding & encoding_relative_mask) == 0x10) value += here;
    if ((encoding & encoding_relative_mask) == 0x30) value += data_base;
    if ((encoding & encoding_indirect) != 0) fail();
    return value;
}

bool find(const uint8_t* header, uint64_t pc, Description& out) noexcept {
    if (header == nullptr || header[0] != 1) return false;
    uint8_t frame_encoding = header[1], count_encoding = header[2], table_encoding = header[3];
    Reader reader(header + 4, header + far_bytes);
    uint64_t frame = reader.pointer(frame_encoding, number(header));
    if (count_encoding != encoding_omit && table_encoding == data_relative_int32) {
        uint64_t count = reader.pointer(count_encoding, number(header));
        const uint8_t* entry = search(header, reinterpret_cast<const Pair*>(reader.at()), count, pc);
        return entry != nullptr && read_entry(entry, pc, out);
    }
    return frame != 0 && read_in_a_row(bytes_at(frame), pc, out);
}

}  // namespace prof::cfi
