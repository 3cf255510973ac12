// SPDX-License-Identifier: MIT
//
// Sampling: see sampler.h.
//
// Side:    agent, floor 2 (record).
//
// A distance is -ln(u) * mean for a uniform u (inversion: Devroye, Non-Uniform Random Variate Generation, 1986, II.2).
// The logarithm is taken bit by bit: whether the square of a number in [1, 2) reaches 2 is the next bit of its binary
// logarithm (Knuth, The Art of Computer Programming, 1.2.2, exercise 25, has the idea). 48 squarings a sample are
// nothing against the walk of a stack, and need neither a table nor libm.
//
// exp(-size / mean) is the product of exp(-2^b / mean) over the bits b of the size, a table that is made once.
#include "sampler.h"

#include <sys/auxv.h>

#include "base/syscalls.h"
#include "timeline.h"

namespace prof::sampler {

constinit uint64_t mean_bytes = 0;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned size_bits = 48, fraction_bits = 48, ln2_bits = 40;
constexpr uint64_t one = uint64_t{1} << 63;
constexpr uint64_t ln2 = 762123384785;  // ln(2) * 2^40
constexpr uint64_t golden = 0x9e3779b97f4a7c15;

uint64_t decay[size_bits];  // exp(-2^b / mean), 1 being 2^63
uint64_t seeds = 0;         // the next thread's, raised by each

uint64_t multiply(uint64_t a, uint64_t b) noexcept { return static_cast<uint64_t>(Wide{a} * b >> 63); }

// exp(-1 / mean) by its series, from the smallest term on.
uint64_t decay_of_one_byte(uint64_t mean) noexcept {
    constexpr uint64_t terms = 24;  // 1/24! is below 2^-63
    const uint64_t x = one / mean;
    uint64_t sum = one;
    for (uint64_t term = terms; term > 0; --term) sum = one - multiply(x, sum) / term;
    return sum;
}

// Sebastiano Vigna's SplitMix64 (2015): every seed gives another stream of the same quality.
uint64_t mixed(uint64_t value) noexcept {
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

uint64_t random_seed() noexcept {
    uint64_t parts[2] = {0, 0};
    if (const unsigned long at = getauxval(AT_RANDOM))
        __builtin_memcpy(parts, reinterpret_cast<const void*>(at), sizeof parts);
    return mixed(parts[0] ^ golden) ^ mixed(parts[1]) ^ mixed(static_cast<uint64_t>(sys::getpid()));
}

// -log2(bits / 2^64), with 48 bits behind the point.
uint64_t minus_log2(uint64_t bits) noexcept {
    if (bits == 0) bits = 1;
    const auto zeros = static_cast<unsigned>(__builtin_clzll(bits));
    uint64_t number = bits << zeros, fraction = 0;  // number: in [1, 2), 1 being 2^63
    for (unsigned bit = 0; bit < fraction_bits; ++bit) {
        const Wide square = Wide{number} * number >> 63;
        const bool is_two = (square >> 64) != 0;
        number = static_cast<uint64_t>(is_two ? square >> 1 : square);
        fraction = fraction << 1 | is_two;
    }
    return ((uint64_t{zeros} + 1) << fraction_bits) - fraction;
}

}  // namespace

void start(uint64_t mean, uint64_t seed) noexcept {
    seeds = seed != 0 ? seed : random_seed();
    decay[0] = decay_of_one_byte(mean);
    for (unsigned bit = 1; bit < size_bits; ++bit) decay[bit] = multiply(decay[bit - 1], decay[bit - 1]);
    mean_bytes = mean;
}

void forked(Thread& survivor) noexcept {
    seeds = mixed(seeds ^ static_cast<uint64_t>(sys::getpid()) << 32 ^ timeline::elapsed_ns());
    survivor.random = mixed(seeds);
}

uint64_t random(Thread& thread) noexcept { return mixed(thread.random += golden); }

uint64_t distance_of(uint64_t random_bits) noexcept {
    const Wide bytes = Wide{minus_log2(random_bits)} * mean_bytes * ln2;
    return static_cast<uint64_t>(bytes >> (fraction_bits + ln2_bits)) + 1;
}

bool takes(Thread& thread, const void* block, size_t size) noexcept {
    threads::Local& local = threads::local;
    const uint64_t bytes = counted_bytes(size);
    if (local.put_off != 0) {
        local.until_sample = local.put_off;
        local.put_off = 0;
    } else if (local.until_sample == 0) {
        thread.random = mixed(__atomic_add_fetch(&seeds, golden, __ATOMIC_RELAXED));
        local.until_sample = distance_of(random(thread));
    }
    if (bytes < local.until_sample) return local.until_sample -= bytes, local.last_seen = 0, false;
    local.last_seen = reinterpret_cast<uintptr_t>(block);
    local.until_sample = distance_of(random(thread));
    return true;
}

uint64_t weight_of(uint64_t size_bytes) noexcept {
    uint64_t missed = one;
    for (uint64_t left = counted_bytes(size_bytes); left != 0 && missed != 0; left &= left - 1) {
        const auto bit = static_cast<unsigned>(__builtin_ctzll(left));
        missed = bit < size_bits ? multiply(missed, decay[bit]) : 0;
    }
    return static_cast<uint64_t>((Wide{one} << weight_shift) / (one - missed));
}

}  // namespace prof::sampler
