// SPDX-License-Identifier: MIT
//
// The type of every block, and the evidence for it.
//
// Side:    heap, floor 4 (types). One file a technique; this is what they agree on.
// Memory:  one TypeId a block.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "read/snapshot.h"
#include "symbols/frames.h"

namespace heapkit::types {

using TypeId = Id<struct TypeTag>;

enum class Evidence : uint8_t {
    none,             // not typed, no stack
    allocation_site,  // "in Foo::bar() file.cpp:42": a place, not a type
    vtable,           // first word is a vtable with RTTI: certain
};
std::string_view to_text(Evidence evidence) noexcept;  // "allocation site", "vtable"

struct Type {
    std::string name;        // "http::Session"; for allocation_site "in Foo::bar() file.cpp:42"
    Evidence evidence = Evidence::none;
};

class Types {
   public:
    static Types infer(const read::Snapshot& snapshot, const read::Blocks& blocks, const read::Words& words,
                       const symbols::Frames& frames);

    TypeId of(BlockId block) const noexcept { return of_block_[block.index()]; }
    const Type& type(TypeId id) const noexcept { return types_[id.index()]; }
    size_t count() const noexcept { return types_.size(); }
    // Type 0 is always "unknown", evidence none.

   private:
    std::vector<Type> types_;
    std::vector<TypeId> of_block_;
};

}  // namespace heapkit::types
