// SPDX-License-Identifier: MIT
//
// The technique "Python": the interpreter says of what class its objects are.
//
// Side:    heap, floor 4 (types). Certain.
// Threads: const once it is built.
// Memory:  8 bytes a class.
#pragma once

#include <vector>

#include "python/objects.h"
#include "types/type_table.h"

namespace heapkit::types {

class PythonVotes {
   public:
    // Both must outlive it; `objects` may be null: nobody's.
    PythonVotes(const python::Objects* objects, TypeTable& types);

    // Of a block in which an object lies; 0: none does.
    TypeId of(BlockId block) const noexcept;
    // Of one that is a part of an object, as far as nothing else is known of it; 0: it is none.
    TypeId of_part(BlockId block) const noexcept;

   private:
    const python::Objects* objects_ = nullptr;
    std::vector<TypeId> of_class_, of_part_;  // by row of the snapshot's types
};

}  // namespace heapkit::types
