// SPDX-License-Identifier: MIT
//
// See call_code.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/call_code.h"

#include <algorithm>

namespace heapkit::symbols {
namespace {

constexpr uint64_t call_bytes = 5;        // e8 and a 32-bit distance
constexpr size_t looked_at_bytes = 64;    // behind a call
constexpr uint64_t arguments_bytes = 24;  // before a call, in which unoptimised code sets its arguments

uint8_t byte_at(Bytes bytes, size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0}; }

// Of an operand in memory or a register, with all that belongs to it.
size_t operand_bytes(Bytes bytes, size_t at) {
    const int mode = byte_at(bytes, at) >> 6, target = byte_at(bytes, at) & 7;
    if (mode == 3) return 1;
    const bool has_index = target == 4;
    const int base = has_index ? byte_at(bytes, at + 1) & 7 : target;
    const size_t distance_bytes = mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0;
    return 1 + (has_index ? 1 : 0) + distance_bytes;
}

// The length of an instruction that leaves rax alone; 0 when it does not, or is none of these:
//
//     ba 80 00 00 00                   mov    $0x80,%edx            48 ba and 8 bytes: movabs
//     4c 8d 68 13                      lea    0x13(%rax),%r13
//     48 89 c3                         mov    %rax,%rbx             or to memory
//     48 c7 40 08 01 00 00 00          movq   $0x1,0x8(%rax)
//     48 85 c0   74 12                 test   %rax,%rax; je         0f 84 and 4 bytes
size_t bytes_that_keep_rax(Bytes bytes, size_t at) {
    const bool has_prefix = (byte_at(bytes, at) & 0xf0) == 0x40;
    const int prefix = has_prefix ? byte_at(bytes, at) : 0;
    const size_t begin = at + (has_prefix ? 1 : 0);
    const uint8_t code = byte_at(bytes, begin), operands = byte_at(bytes, begin + 1);
    const size_t before = begin - at;
    if (code >= 0xb8 && code <= 0xbf) {
        const bool is_rax = code == 0xb8 && (prefix & 1) == 0;
        return is_rax ? 0 : before + ((prefix & 8) != 0 ? 9 : 5);
    }
    if (code == 0x74 && !has_prefix) return 2;
    if (code == 0x0f && operands == 0x84 && !has_prefix) return 6;
    const int source = (operands >> 3 & 7) | (prefix & 4) << 1, target = (operands & 7) | (prefix & 1) << 3;
    const bool writes_rax = operands >> 6 == 3 && target == 0;
    const size_t length = before + 1 + operand_bytes(bytes, begin + 1);
    if (code == 0x8d) return source == 0 ? 0 : length;
    if (code == 0x89) return writes_rax ? 0 : length;
    if (code == 0x85) return length;
    if (code == 0xc7 && (operands >> 3 & 7) == 0) return writes_rax ? 0 : length + 4;
    return 0;
}

}  // namespace

uint64_t CallCode::holds_result_until(uint64_t return_address) const {
    const Bytes bytes = bytes_at(return_address);
    size_t at = 0;
    while (at < looked_at_bytes) {
        const size_t length = bytes_that_keep_rax(bytes, at);
        if (length == 0) break;
        at += length;
    }
    return return_address + at;
}

// REX.W, with or without REX.B, then "mov r64 to r/m64" whose source is rax:
//
//     48 89 c3                 mov %rax,%rbx
//     48 89 45 e8              mov %rax,-0x18(%rbp)
//     48 89 85 78 ff ff ff     mov %rax,-0x88(%rbp)
ResultStore CallCode::store_at(uint64_t return_address) const {
    const Bytes bytes = bytes_at(return_address);
    const uint8_t prefix = byte_at(bytes, 0), operands = byte_at(bytes, 2);
    if ((prefix != 0x48 && prefix != 0x49) || byte_at(bytes, 1) != 0x89) return {};
    const int mode = operands >> 6, source = operands >> 3 & 7, target = operands & 7;
    if (source != 0) return {};
    if (mode == 3) {
        // The machine counts rax rcx rdx rbx rsp rbp rsi rdi, DWARF rax rdx rcx rbx rsi rdi rbp rsp.
        static constexpr int dwarf_number[8] = {0, 2, 1, 3, 7, 6, 4, 5};
        return {ResultStore::Kind::to_register, 3, prefix == 0x49 ? 8 + target : dwarf_number[target], 0};
    }
    if (prefix != 0x48 || target != 5) return {};
    if (mode == 1) return {ResultStore::Kind::to_frame, 4, 0, static_cast<int8_t>(byte_at(bytes, 3))};
    const auto offset = value_at<int32_t>(bytes, 3);
    return mode == 2 && offset ? ResultStore{ResultStore::Kind::to_frame, 7, 0, *offset} : ResultStore{};
}

std::optional<uint64_t> CallCode::callee_before(uint64_t return_address) const {
    const Bytes bytes = bytes_at(return_address - call_bytes);
    const auto distance = value_at<int32_t>(bytes, 1);
    if (byte_at(bytes, 0) != 0xe8 || !distance) return std::nullopt;
    return return_address + static_cast<uint64_t>(int64_t{*distance});
}

// The last "mov imm32,%edi" in front of it.
std::optional<uint64_t> CallCode::constant_argument_before(uint64_t return_address) const {
    const Bytes bytes = bytes_at(return_address - call_bytes - arguments_bytes);
    for (size_t i = arguments_bytes - 4; i-- > 0;) {
        const auto value = value_at<uint32_t>(bytes, i + 1);
        // In front of it no REX prefix: "mov imm32,%r15d" ends in the same byte.
        const bool is_other_register = i > 0 && (byte_at(bytes, i - 1) & 0xf0) == 0x40;
        if (byte_at(bytes, i) == 0xbf && !is_other_register && value && *value != 0 && *value < (1u << 20))
            return *value;
    }
    return std::nullopt;
}

// "mov %rax,%rdi"; or "mov %rax,R" and behind it "mov R,%rdi", where R is a register that calls preserve.
bool CallCode::passes_result(uint64_t return_address, uint64_t next) const {
    struct Kept {
        uint8_t save[3], pass[3];
    };
    static constexpr Kept kept[] = {{{0x48, 0x89, 0xc3}, {0x48, 0x89, 0xdf}}, {{0x48, 0x89, 0xc5}, {0x48, 0x89, 0xef}},
                                    {{0x49, 0x89, 0xc4}, {0x4c, 0x89, 0xe7}}, {{0x49, 0x89, 0xc5}, {0x4c, 0x89, 0xef}},
                                    {{0x49, 0x89, 0xc6}, {0x4c, 0x89, 0xf7}}, {{0x49, 0x89, 0xc7}, {0x4c, 0x89, 0xff}}};
    static constexpr uint8_t direct[3] = {0x48, 0x89, 0xc7};
    const Bytes bytes = bytes_at(return_address);
    const size_t end = next - return_address - call_bytes;
    const auto find = [&](const uint8_t(&wanted)[3], size_t from) {
        for (size_t i = from; i + 3 <= end; ++i)
            if (byte_at(bytes, i) == wanted[0] && byte_at(bytes, i + 1) == wanted[1] &&
                byte_at(bytes, i + 2) == wanted[2])
                return i;
        return end;
    };
    if (find(direct, 0) != end) return true;
    return std::ranges::any_of(kept, [&](const Kept& each) {
        const size_t saved = find(each.save, 0);
        return saved != end && find(each.pass, saved + 3) != end;
    });
}

// lea of a slot of rbp into rdi, or into rax that is then moved to rdi.
bool CallCode::has_frame_argument(uint64_t return_address) const {
    const Bytes bytes = bytes_at(return_address - call_bytes - arguments_bytes);
    for (size_t i = 0; i + 3 <= arguments_bytes; ++i) {
        if (byte_at(bytes, i) != 0x48 || byte_at(bytes, i + 1) != 0x8d) continue;
        const uint8_t operands = byte_at(bytes, i + 2);
        if (operands == 0x7d || operands == 0xbd) return true;
        const size_t behind = i + (operands == 0x45 ? 4 : operands == 0x85 ? 7 : arguments_bytes);
        for (size_t k = behind; k + 3 <= arguments_bytes; ++k)
            if (byte_at(bytes, k) == 0x48 && byte_at(bytes, k + 1) == 0x89 && byte_at(bytes, k + 2) == 0xc7)
                return true;
    }
    return false;
}

}  // namespace heapkit::symbols
