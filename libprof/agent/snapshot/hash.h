// SPDX-License-Identifier: MIT
//
// SipHash-1-3 of whole words: a keyed hash of contents that tells who has no key nothing but equality.
//
// Side:   agent, floor 3 (snapshot).
// Source: Aumasson, Bernstein: SipHash: a fast short-input PRF (2012). One round a word and three at the end, as in
// Rust's
//         and Ruby's hash tables. Why not a faster one: docs/decisions/0008-hashes-of-contents.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prof::snapshot {

struct HashKey {
    uint64_t low, high;
};

class SipHash {
   public:
    explicit SipHash(const HashKey& key) noexcept
        : v0_(key.low ^ 0x736f6d6570736575),
          v1_(key.high ^ 0x646f72616e646f6d),
          v2_(key.low ^ 0x6c7967656e657261),
          v3_(key.high ^ 0x7465646279746573) {}

    void add(uint64_t word) noexcept {
        v3_ ^= word;
        round();
        v0_ ^= word;
    }

    // `tail`: the last 0 to 7 bytes, zeros above them.
    uint64_t finish(uint64_t tail, uint64_t all_bytes) noexcept {
        add(tail | all_bytes << 56);
        v2_ ^= 0xff;
        round(), round(), round();
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

   private:
    static uint64_t rotated(uint64_t word, int by) noexcept { return word << by | word >> (64 - by); }
    void round() noexcept {
        v0_ += v1_, v1_ = rotated(v1_, 13), v1_ ^= v0_, v0_ = rotated(v0_, 32);
        v2_ += v3_, v3_ = rotated(v3_, 16), v3_ ^= v2_;
        v0_ += v3_, v3_ = rotated(v3_, 21), v3_ ^= v0_;
        v2_ += v1_, v1_ = rotated(v1_, 17), v1_ ^= v2_, v2_ = rotated(v2_, 32);
    }

    uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace prof::snapshot
