// SPDX-License-Identifier: MIT
//
// Any bytes as the call frame information of a function, as the agent reads it in the program: the instructions of its
// common part, then its own, run up to a program counter; and the expressions that the rows come to.
//
//   pc  1 | code alignment  1 | data alignment  1 | length of the common part  1 | common part | own part
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "record/cfi.h"

using namespace prof;

namespace {

constexpr uint64_t code_at = 0x400000;

// Every fourth word cannot be read.
bool read_word(void*, uint64_t address, uint64_t& word) noexcept {
    word = address * 0x9e3779b97f4a7c15;
    return address % 32 != 0;
}

void evaluate(const uint8_t* expression) {
    uint64_t registers[cfi::register_count];
    for (unsigned i = 0; i < cfi::register_count; ++i) registers[i] = 0x7fff0000 + i * 8;
    const uint64_t start = 0x7fff1000;
    uint64_t result = 0;
    (void)cfi::evaluate(expression, registers, &start, {read_word, nullptr}, result);
    (void)cfi::evaluate(expression, registers, nullptr, {read_word, nullptr}, result);
}

// What another function left, whose module is gone: to evaluate any of it is a fault.
cfi::Row left_behind() {
    cfi::Row row{};
    for (cfi::RegisterRule& rule : row.registers)
        rule = {cfi::How::at_expression, 0, reinterpret_cast<const uint8_t*>(uintptr_t{1})};
    return row;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 4) return 0;
    // A copy each, so that a byte beyond an end is noticed.
    const size_t rest = size - 4, common_bytes = data[3] < rest ? data[3] : rest;
    const std::vector<uint8_t> common(data + 4, data + 4 + common_bytes), own(data + 4 + common_bytes, data + size);
    const cfi::Description description{.initial = common.data(),
                                       .initial_end = common.data() + common.size(),
                                       .own = own.data(),
                                       .own_end = own.data() + own.size(),
                                       .start = code_at,
                                       .bytes = 256,
                                       .code_alignment = data[1],
                                       .data_alignment = static_cast<int8_t>(data[2]),
                                       .signal_frame = false};
    static cfi::Program program;
    program = {};
    program.initial = left_behind();
    if (!cfi::run(description, code_at + data[0], program)) return 0;
    if (program.row.cfa_expression != nullptr) evaluate(program.row.cfa_expression);
    for (const cfi::RegisterRule& rule : program.row.registers)
        if (rule.how == cfi::How::at_expression || rule.how == cfi::How::is_expression) evaluate(rule.expression);
    return 0;
}
