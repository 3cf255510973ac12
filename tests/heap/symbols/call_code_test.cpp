// SPDX-License-Identifier: MIT
//
// What becomes of a call's result, read from instructions that this file assembles.
//
// Side: tests.
#include "symbols/call_code.h"

#include <dlfcn.h>
#include <link.h>

#include "catch.h"

using namespace heapkit::symbols;

extern "C" const char after_moves[], behind_moves[], after_test[], behind_test[], after_load[], after_constant[];

asm(R"(
    .text
after_moves:                    # as GCC schedules it: the variable's location begins behind these
    movabs $0x100000080,%rdx
    lea 0x13(%rax),%r13
    mov %rax,%rbx
    mov %r13,0x8(%rax)
    movq $1,0x10(%rax,%rcx,8)
    mov $7,%r8d
behind_moves:
    mov (%rax),%rax
after_test:
    test %rax,%rax
    je behind_test
    mov %rax,0x1234(%rip)
behind_test:
    ret
after_load:
    lea 8(%rsp),%rax
after_constant:
    mov $0,%eax
    .globl after_moves, behind_moves, after_test, behind_test, after_load, after_constant
)");

TEST_CASE("rax holds a result until something is written to it, or something comes that is not understood") {
    Dl_info module;
    REQUIRE(dladdr(after_moves, &module) != 0);
    const auto file = ElfFile::open("/proc/self/exe");
    REQUIRE(file);
    const CallCode code(&*file);
    const link_map* map = nullptr;
    dladdr1(after_moves, &module, const_cast<void**>(reinterpret_cast<const void**>(&map)), RTLD_DL_LINKMAP);
    const auto address = [&](const char* label) { return reinterpret_cast<uint64_t>(label) - map->l_addr; };
    CHECK(code.holds_result_until(address(after_moves)) == address(behind_moves));
    CHECK(code.holds_result_until(address(after_test)) == address(behind_test));
    CHECK(code.holds_result_until(address(after_load)) == address(after_load));
    CHECK(code.holds_result_until(address(after_constant)) == address(after_constant));
    CHECK(CallCode(nullptr).holds_result_until(16) == 16);
}
