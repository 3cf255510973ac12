// SPDX-License-Identifier: MIT
//
// See foreign.h.
//
// Side: heap, floor 2 (read).
#include "read/foreign.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <prof/format.h>

namespace heapkit::read {
namespace {

using namespace std::string_view_literals;

constexpr auto take_one = "Snapshots are taken with: heapkit run -- PROGRAM, or heapkit snapshot PID"sv;

struct Kind {
    std::string_view first_bytes;
    std::string_view what;  // "NAME is not a snapshot: it is …"
    std::string_view hint;
};

// More telling beginnings before shorter ones.
constexpr std::array kinds = {
    Kind{"\x89HEAP\n"sv, "a snapshot whose bytes were changed by a transfer as text", "Copy it again, in binary mode."},
    Kind{"\x89HEAP\r\r\n"sv, "a snapshot whose bytes were changed by a transfer as text",
         "Copy it again, in binary mode."},
    Kind{"\x1f\x8b"sv, "compressed with gzip", "Unpack it first: gunzip FILE"},
    Kind{"\x28\xb5\x2f\xfd"sv, "compressed with zstd", "Unpack it first: unzstd FILE"},
    Kind{"\xfd"
         "7zXZ"sv,
         "compressed with xz", "Unpack it first: unxz FILE"},
    Kind{"BZh"sv, "compressed with bzip2", "Unpack it first: bunzip2 FILE"},
    Kind{"PK\x03\x04"sv, "a zip archive", "Unpack it first: unzip FILE"},
    Kind{"PERFILE2"sv, "a profile by perf", take_one},
    Kind{"heap profile:"sv, "a heap profile by gperftools", take_one},
    Kind{"heap_v2/"sv, "a heap profile by jemalloc", take_one},
    Kind{"desc: "sv, "a profile by massif", take_one},
};

constexpr size_t looked_at_bytes = 512;

std::string_view first_bytes_of(std::span<const std::byte> file) {
    return {reinterpret_cast<const char*>(file.data()), std::min(file.size(), looked_at_bytes)};
}

bool is_text(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char each) {
        const auto byte = static_cast<unsigned char>(each);
        return byte >= 0x80 || (byte >= 0x20 && byte != 0x7f) || (byte >= '\t' && byte <= '\r') || byte == 0x1b;
    });
}

// heaptrack's raw files begin with a version line, "v 10400 3", and "X program" soon after.
bool is_heaptrack(std::string_view bytes) {
    return bytes.size() > 2 && bytes[0] == 'v' && bytes[1] == ' ' && bytes.find("\nX ") != std::string_view::npos;
}

Kind elf_kind(std::string_view bytes) {
    constexpr size_t type_offset = 16;  // e_type; 4 is ET_CORE
    const bool is_core = bytes.size() > type_offset + 1 && bytes[type_offset] == 4;
    if (is_core)
        return {"", "an ELF core dump",
                "Core dumps hold no stacks of allocations. "
                "Record the program instead: heapkit run -- PROGRAM"};
    return {"", "an ELF program or library", "To record a program: heapkit run -- PROGRAM"};
}

Kind kind_of(std::string_view bytes) {
    for (const Kind& kind : kinds)
        if (bytes.starts_with(kind.first_bytes)) return kind;
    if (bytes.starts_with("\x7f"
                          "ELF"sv))
        return elf_kind(bytes);
    if (is_heaptrack(bytes)) return {"", "a recording by heaptrack", take_one};
    if (std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; }))
        return {"", "zeros, as a file that was never written to the end", "Take it again; see that the disk has room."};
    if (is_text(bytes)) return {"", "text", take_one};
    return {"", "something else", take_one};
}

}  // namespace

Error not_a_snapshot(const std::string& name, std::span<const std::byte> file) {
    const std::string_view bytes = first_bytes_of(file);
    const std::string_view magic(PROF_MAGIC, 8);
    if (magic.starts_with(bytes))
        return {name + " is truncated: " + std::to_string(bytes.size()) + " bytes are less than a header",
                "Take it again; see that the disk has room."};
    const Kind kind = kind_of(bytes);
    std::string hint(kind.hint);
    if (const size_t at = hint.find("FILE"); at != std::string::npos) hint.replace(at, 4, name);
    return {name + " is not a snapshot: it is " + std::string(kind.what), std::move(hint)};
}

}  // namespace heapkit::read
