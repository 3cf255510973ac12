// SPDX-License-Identifier: MIT
//
// The hash of contents, against values that CPython 3.11 gave: with PYTHONHASHSEED=0 its hash() of bytes is SipHash-1-3
// under a key of zeros.
//
// Side: tests.
#include "snapshot/hash.h"

#include <cstring>
#include <vector>

#include "catch.h"

using prof::snapshot::HashKey;
using prof::snapshot::SipHash;

namespace {

uint64_t hash_of(const std::vector<unsigned char>& bytes, const HashKey& key) {
    SipHash hash(key);
    size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        uint64_t word;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        hash.add(word);
    }
    uint64_t tail = 0;
    std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
    return hash.finish(tail, bytes.size());
}

std::vector<unsigned char> counting(unsigned from, unsigned to) {
    std::vector<unsigned char> bytes;
    for (unsigned byte = from; byte < to; ++byte) bytes.push_back(static_cast<unsigned char>(byte));
    return bytes;
}

}  // namespace

TEST_CASE("contents are hashed by SipHash-1-3") {
    const HashKey zeros{0, 0};
    CHECK(hash_of({'a'}, zeros) == 0x407448d2b89b1813);
    CHECK(hash_of(counting(0, 8), zeros) == 0xead411e67ebe2eea);
    CHECK(hash_of(counting(1, 16), zeros) == 0x75e46d4257851550);
    CHECK(hash_of(counting(0, 64), zeros) == 0x75e05fd5bbc870c6);
}

TEST_CASE("another key gives other hashes") {
    CHECK(hash_of(counting(0, 64), {1, 0}) != hash_of(counting(0, 64), {0, 0}));
    CHECK(hash_of(counting(0, 64), {0, 1}) != hash_of(counting(0, 64), {0, 0}));
}
