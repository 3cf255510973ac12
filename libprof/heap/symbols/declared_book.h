// SPDX-License-Identifier: MIT
//
// What a program declared of its types (prof.h), as the type book has those of debug information: classes with the
// members that were declared. Debug information knows more, so what it has is left to it.
//
// Side:    heap, floor 3 (symbols).
// Threads: free functions over const data.
// Memory:  as type_book.h says; while it is written, 16 bytes a type of debug information.
//
// A field may be of a class of which nothing but name and size is known. It is then as many pointers to nobody knows
// what as fit, none of which has a name: whatever lies there is called after the field. Classes of libstdc++ lie as its
// ABI has them (library_classes.h), so a declared std::map is read as one.
#pragma once

#include <string>
#include <vector>

#include "read/snapshot.h"
#include "symbols/type_book.h"
#include "symbols/type_columns.h"

namespace heapkit::symbols {

// As the book spells it: "std::_Rb_tree_node<std::pair<int const, Document> >"; "" when it has none.
std::string declared_name(const read::Snapshot& snapshot, const prof_declared_type& type);

// The types of all modules in one, and of declared ones those that none of them has.
TypeColumns merged_with_declared(const read::Snapshot& snapshot, std::vector<ModuleColumns> modules);

}  // namespace heapkit::symbols
