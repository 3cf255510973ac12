// SPDX-License-Identifier: MIT
//
// Each block that is pointed to behind its start has one vote, for the byte where it is first seen: so that a block
// that many point to at many places does not decide for all.
//
// Side: heap, floor 5 (refs).
#include "refs/interior_headers.h"

#include <unordered_map>

#include "read/words.h"

namespace heapkit::refs {
namespace {

class Votes {
   public:
    explicit Votes(const read::Blocks& blocks) : blocks_(blocks), has_voted_(blocks.count()) {}

    void read(const read::WordRange& words) {
        for (const read::Word& word : words) {
            if (word.kind != read::WordKind::interior || word.into_bytes > Headers::largest_bytes) continue;
            if (word.into_bytes >= blocks_.size_bytes(word.block) || has_voted_[word.block.index()]) continue;
            has_voted_[word.block.index()] = true;
            ++votes_[uint64_t{blocks_.stack[word.block.index()]} * Headers::largest_bytes + word.into_bytes - 1];
        }
    }

    std::vector<uint64_t> sizes() const {
        std::vector<uint32_t> blocks_of;
        for (const uint32_t stack : blocks_.stack) {
            if (stack >= blocks_of.size()) blocks_of.resize(size_t{stack} + 1);
            ++blocks_of[stack];
        }
        std::vector<uint64_t> sizes(blocks_of.size());
        for (const auto& [key, votes] : votes_) {
            const size_t stack = key / Headers::largest_bytes;
            if (votes < Headers::fewest_blocks || uint64_t{votes} * Headers::least_share < blocks_of[stack]) continue;
            sizes[stack] |= uint64_t{1} << key % Headers::largest_bytes;
        }
        return sizes;
    }

   private:
    const read::Blocks& blocks_;
    std::vector<bool> has_voted_;
    std::unordered_map<uint64_t, uint32_t> votes_;  // by stack and byte
};

}  // namespace

Headers::Headers(const read::Blocks& blocks, const read::Words& words) {
    Votes votes(blocks);
    for (size_t block = 0; block < blocks.count(); ++block) votes.read(words_of(words, BlockId(block)));
    for (const prof_root& root : words.roots) votes.read(words_of(words, root));
    sizes_ = votes.sizes();
}

}  // namespace heapkit::refs
