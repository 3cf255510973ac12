// SPDX-License-Identifier: MIT
//
// Which blocks a vote for a class is good for, by their sizes.
//
// Side: tests.
#include "types/stack_votes.h"

#include "catch.h"

using heapkit::types::StackVote;
using heapkit::types::TypeId;
using heapkit::types::unknown_type;

namespace {

constexpr TypeId one{1}, several{2};

StackVote vote_for_24_bytes() {
    StackVote vote;
    vote.one = one;
    vote.several = several;
    vote.size_bytes = 24;
    return vote;
}

}  // namespace

TEST_CASE("a class fits a block of its size, and several of it one of a multiple") {
    const StackVote vote = vote_for_24_bytes();
    CHECK(vote.for_size(24) == one);
    CHECK(vote.for_size(72) == several);
    CHECK(vote.for_size(40) == unknown_type);
    CHECK(vote.for_size(16) == unknown_type);
}

TEST_CASE("a class that ends in an array of unknown length fits any block from its size on, and is one") {
    StackVote vote = vote_for_24_bytes();
    vote.can_grow = true;
    CHECK(vote.for_size(24) == one);
    CHECK(vote.for_size(72) == one);
    CHECK(vote.for_size(40) == one);
    CHECK(vote.for_size(16) == unknown_type);
}
