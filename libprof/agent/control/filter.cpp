// SPDX-License-Identifier: MIT
//
// A filter, tried out. Side: agent, floor 4 (control). See filter.h.
//
// The language is classic BPF as the kernel takes it for seccomp: 32-bit words, an accumulator, an index register,
// sixteen words of memory, and jumps forward alone, so that each instruction is passed once at most. Source:
// linux/filter.h, linux/bpf_common.h, seccomp(2), and kernel/seccomp.c for what of the language is allowed.
#include "control/filter.h"

#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>

namespace prof::filter {

namespace {

constexpr uint32_t kills = SECCOMP_RET_KILL_PROCESS;

// All that the agent calls, beginning with what a filter that leaves a program alive is least likely to forbid.
constexpr int calls[] = {
    __NR_exit_group,    __NR_close,          __NR_mmap,          __NR_munmap,          __NR_madvise,
    __NR_futex,         __NR_openat,         __NR_read,          __NR_write,           __NR_pwrite64,
    __NR_pread64,       __NR_newfstatat,     __NR_fstat,         __NR_getpid,          __NR_gettid,
    __NR_getppid,       __NR_geteuid,        __NR_clone,         __NR_wait4,           __NR_kill,
    __NR_rt_sigaction,  __NR_rt_sigprocmask, __NR_rt_sigpending, __NR_rt_sigtimedwait, __NR_rt_tgsigqueueinfo,
    __NR_timer_settime, __NR_nanosleep,      __NR_sched_yield,   __NR_getdents64,      __NR_prlimit64,
    __NR_readlink,      __NR_rename,         __NR_unlink,        __NR_mremap,          __NR_close_range,
};

struct Machine {
    uint32_t a = 0, x = 0;
    uint32_t memory[BPF_MEMWORDS] = {};
};

uint32_t word_at(const seccomp_data& data, uint32_t offset) noexcept {
    uint32_t word = 0;
    if (offset % 4 == 0 && offset < sizeof data)
        __builtin_memcpy(&word, reinterpret_cast<const char*>(&data) + offset, sizeof word);
    return word;
}

uint32_t loaded(const Machine& machine, const sock_filter& one, const seccomp_data& data) noexcept {
    switch (BPF_MODE(one.code)) {
        case BPF_ABS:
            return word_at(data, one.k);
        case BPF_IMM:
            return one.k;
        case BPF_MEM:
            return machine.memory[one.k % BPF_MEMWORDS];
        default:
            return sizeof data;  // BPF_LEN
    }
}

uint32_t computed(const Machine& machine, const sock_filter& one) noexcept {
    const uint32_t other = BPF_SRC(one.code) == BPF_X ? machine.x : one.k;
    switch (BPF_OP(one.code)) {
        case BPF_ADD:
            return machine.a + other;
        case BPF_SUB:
            return machine.a - other;
        case BPF_MUL:
            return machine.a * other;
        case BPF_DIV:
            return other == 0 ? 0 : machine.a / other;
        case BPF_OR:
            return machine.a | other;
        case BPF_AND:
            return machine.a & other;
        case BPF_XOR:
            return machine.a ^ other;
        case BPF_LSH:
            return other < 32 ? machine.a << other : 0;
        case BPF_RSH:
            return other < 32 ? machine.a >> other : 0;
        default:
            return 0 - machine.a;  // BPF_NEG
    }
}

uint32_t jump(const Machine& machine, const sock_filter& one) noexcept {
    const uint32_t other = BPF_SRC(one.code) == BPF_X ? machine.x : one.k;
    switch (BPF_OP(one.code)) {
        case BPF_JA:
            return one.k;
        case BPF_JEQ:
            return machine.a == other ? one.jt : one.jf;
        case BPF_JGT:
            return machine.a > other ? one.jt : one.jf;
        case BPF_JGE:
            return machine.a >= other ? one.jt : one.jf;
        default:
            return (machine.a & other) != 0 ? one.jt : one.jf;  // BPF_JSET
    }
}

// SECCOMP_RET_…; a program that ends without one is refused by the kernel, and changes nothing.
uint32_t answer(const sock_fprog& program, const seccomp_data& data) noexcept {
    Machine machine;
    for (uint32_t at = 0; at < program.len; ++at) {
        const sock_filter& one = program.filter[at];
        switch (BPF_CLASS(one.code)) {
            case BPF_LD:
                machine.a = loaded(machine, one, data);
                break;
            case BPF_LDX:
                machine.x = loaded(machine, one, data);
                break;
            case BPF_ST:
                machine.memory[one.k % BPF_MEMWORDS] = machine.a;
                break;
            case BPF_STX:
                machine.memory[one.k % BPF_MEMWORDS] = machine.x;
                break;
            case BPF_ALU:
                machine.a = computed(machine, one);
                break;
            case BPF_JMP: {
                const uint32_t far = jump(machine, one);
                if (far >= program.len - at) return SECCOMP_RET_ALLOW;
                at += far;
                break;
            }
            case BPF_RET:
                return BPF_RVAL(one.code) == BPF_A ? machine.a : one.k;
            default:
                (BPF_MISCOP(one.code) == BPF_TAX ? machine.x : machine.a) =
                    BPF_MISCOP(one.code) == BPF_TAX ? machine.a : machine.x;
        }
    }
    return SECCOMP_RET_ALLOW;
}

bool is_harmless(uint32_t answer) noexcept {
    const uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
    return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG || action == SECCOMP_RET_ERRNO;
}

}  // namespace

bool is_deadly(const sock_fprog* program) noexcept {
    if (program == nullptr || program->filter == nullptr) return false;
    static_assert(SECCOMP_RET_ACTION_FULL == 0xffff0000U && kills == 0x80000000U);
    for (const int call : calls) {
        const seccomp_data data{.nr = call, .arch = AUDIT_ARCH_X86_64, .instruction_pointer = 0, .args = {}};
        if (!is_harmless(answer(*program, data))) return true;
    }
    return false;
}

}  // namespace prof::filter
