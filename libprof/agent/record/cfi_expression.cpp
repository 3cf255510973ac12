// SPDX-License-Identifier: MIT
//
// Evaluates the DWARF expressions that occur in call frame information: see cfi.h. A stack machine; what it does not
// know, it refuses.
//
// Side:    agent, floor 2 (record).
#include "cfi.h"
#include "dwarf_reader.h"

namespace prof::cfi {
namespace {

constexpr unsigned kMaxDepth = 32;
constexpr unsigned kMaxSteps = 1000;  // branches may go back

enum Operation : uint8_t {  // DW_OP_…
    kAddress = 0x03, kDereference = 0x06, kConst1u = 0x08, kConst1s, kConst2u, kConst2s, kConst4u, kConst4s, kConst8u,
    kConst8s, kConstU, kConstS, kDuplicate, kDrop, kOver, kPick, kSwap, kRotate, kAbsolute = 0x19, kAnd, kDivide,
    kMinus, kModulo, kMultiply, kNegate, kNot, kOr, kPlus, kPlusConstant, kShiftLeft, kShiftRight, kShiftRightSigned,
    kXor, kBranch, kEqual, kGreaterEqual, kGreater, kLessEqual, kLess, kNotEqual, kSkip, kLiteral0 = 0x30,
    kLiteral31 = 0x4f, kBaseRegister0 = 0x70, kBaseRegister31 = 0x8f, kBaseRegister = 0x92, kDereferenceSize = 0x94,
    kNop = 0x96,
};

class Evaluator {
   public:
    Evaluator(Reader reader, const uint64_t (&registers)[kRegisters], Memory memory) noexcept
        : reader_(reader), start_(reader.at()), registers_(registers), memory_(memory) {}

    void push(uint64_t value) noexcept {
        if (depth_ == kMaxDepth)
            failed_ = true;
        else
            stack_[depth_++] = value;
    }

    bool run(uint64_t& result) noexcept {
        for (unsigned i = 0; i < kMaxSteps && !failed_ && !reader_.done(); ++i) step(reader_.byte());
        if (failed_ || reader_.failed() || !reader_.done() || depth_ == 0) return false;
        result = stack_[depth_ - 1];
        return true;
    }

   private:
    uint64_t pop() noexcept {
        if (depth_ != 0) return stack_[--depth_];
        failed_ = true;
        return 0;
    }
    void push_signed(int64_t value) noexcept { push(static_cast<uint64_t>(value)); }

    void step(uint8_t code) noexcept {
        if (code >= kLiteral0 && code <= kLiteral31) return push(code - uint64_t{kLiteral0});
        if (code >= kBaseRegister0 && code <= kBaseRegister31) return based(code - uint64_t{kBaseRegister0});
        if (code == kBaseRegister) return based(reader_.uleb());
        if (code == kNop) return;
        if (constant(code) || arrange(code) || unary(code) || jump(code)) return;
        binary(code);
    }

    void based(uint64_t number) noexcept {
        int64_t offset = reader_.sleb();
        if (number >= kRegisters)
            failed_ = true;
        else
            push(registers_[number] + static_cast<uint64_t>(offset));
    }

    bool constant(uint8_t code) noexcept {
        switch (code) {
            case kAddress: case kConst8u: case kConst8s: push(reader_.fixed<uint64_t>()); return true;
            case kConst1u: push(reader_.byte()); return true;
            case kConst1s: push_signed(reader_.fixed<int8_t>()); return true;
            case kConst2u: push(reader_.fixed<uint16_t>()); return true;
            case kConst2s: push_signed(reader_.fixed<int16_t>()); return true;
            case kConst4u: push(reader_.fixed<uint32_t>()); return true;
            case kConst4s: push_signed(reader_.fixed<int32_t>()); return true;
            case kConstU: push(reader_.uleb()); return true;
            case kConstS: push_signed(reader_.sleb()); return true;
            default: return false;
        }
    }

    void pick(uint64_t from_top) noexcept {
        if (from_top >= depth_)
            failed_ = true;
        else
            push(stack_[depth_ - 1 - from_top]);
    }

    bool arrange(uint8_t code) noexcept {
        switch (code) {
            case kDuplicate: pick(0); return true;
            case kOver: pick(1); return true;
            case kPick: pick(reader_.byte()); return true;
            case kDrop: pop(); return true;
            case kSwap: { uint64_t a = pop(), b = pop(); push(a); push(b); return true; }
            case kRotate: { uint64_t a = pop(), b = pop(), c = pop(); push(a); push(c); push(b); return true; }
            default: return false;
        }
    }

    void dereference(unsigned bytes) noexcept {
        uint64_t word = 0;
        if (bytes == 0 || bytes > 8 || !memory_.read(memory_.context, pop(), word)) failed_ = true;
        push(bytes >= 8 ? word : word & ((uint64_t{1} << (8 * bytes)) - 1));
    }

    bool unary(uint8_t code) noexcept {
        switch (code) {
            case kDereference: dereference(8); return true;
            case kDereferenceSize: dereference(reader_.byte()); return true;
            case kAbsolute: { auto v = static_cast<int64_t>(pop()); push_signed(v < 0 ? -v : v); return true; }
            case kNegate: push(~pop() + 1); return true;
            case kNot: push(~pop()); return true;
            case kPlusConstant: { uint64_t v = pop(); push(v + reader_.uleb()); return true; }
            default: return false;
        }
    }

    bool jump(uint8_t code) noexcept {
        if (code != kBranch && code != kSkip) return false;
        int64_t distance = reader_.fixed<int16_t>();
        if (code == kBranch && pop() == 0) return true;
        const uint8_t* target = reader_.at() + distance;
        if (target < start_ || target > reader_.end())
            failed_ = true;
        else
            reader_ = Reader(target, reader_.end());
        return true;
    }

    void binary(uint8_t code) noexcept {
        uint64_t b = pop(), a = pop();
        auto sb = static_cast<int64_t>(b), sa = static_cast<int64_t>(a);
        switch (code) {
            case kAnd: return push(a & b);
            case kOr: return push(a | b);
            case kXor: return push(a ^ b);
            case kPlus: return push(a + b);
            case kMinus: return push(a - b);
            case kMultiply: return push(a * b);
            case kDivide: failed_ |= b == 0; return push_signed(failed_ || b == ~uint64_t{0} ? 0 : sa / sb);
            case kModulo: failed_ |= b == 0; return push(failed_ ? 0 : a % b);
            case kShiftLeft: return push(b < 64 ? a << b : 0);
            case kShiftRight: return push(b < 64 ? a >> b : 0);
            case kShiftRightSigned: return push_signed(sa >> (b < 64 ? b : 63));
            case kEqual: return push(sa == sb);
            case kGreaterEqual: return push(sa >= sb);
            case kGreater: return push(sa > sb);
            case kLessEqual: return push(sa <= sb);
            case kLess: return push(sa < sb);
            case kNotEqual: return push(sa != sb);
            default: failed_ = true;
        }
    }

    Reader reader_;
    const uint8_t* start_;
    const uint64_t (&registers_)[kRegisters];
    Memory memory_;
    uint64_t stack_[kMaxDepth];
    unsigned depth_ = 0;
    bool failed_ = false;
};

}  // namespace

bool evaluate(const uint8_t* expression, const uint64_t (&registers)[kRegisters], const uint64_t* start, Memory memory,
              uint64_t& result) noexcept {
    Reader reader(expression, expression + 16);
    uint64_t bytes = reader.uleb();
    Evaluator evaluator(Reader(reader.at(), reader.at() + bytes), registers, memory);
    if (start != nullptr) evaluator.push(*start);
    return evaluator.run(result);
}

}  // namespace prof::cfi
