// SPDX-License-Identifier: MIT
//
// Back pointers: a child's pointer to its parent, an element's to the one before it. They do not own.
//
// Side:    heap, floor 5 (refs).
// Memory:  none: asked once for each field of a class.
//
// A plain pointer says nothing of ownership, so by default it owns: what it leads to would be lost without it. That is
// wrong of back pointers, and there it would make parents hang on their children. One is known by two signs together:
//
//     its name        parent, owner, prev, … (back_pointers.cpp), as people call what they only look up to;
//     the way back    the class that it points at has another field that leads to the class that holds it: a pointer
//                     that is no back pointer itself, or a container of them or of pointers to them.
//
//     struct Folder { Folder* parent; std::vector<Folder*> children; };     parent: does not own
//     struct Node { Node* next; Node* prev; };                              prev: does not own
//     struct File { Folder* owner; };                                       owner: owns, as no Folder leads to a File
//     struct Guest { std::shared_ptr<Room> owner; };                        owner: owns, as it counts
//
// Names alone would be too weak, types alone would call every cycle of pointers a back pointer. What is not seen: a way
// back through void*, or through a class that is derived from the one pointed at.
#pragma once

#include "symbols/type_book.h"
#include "types/layout.h"

namespace heapkit::refs {

// Of a field of `owner`, or of what is embedded in it.
bool points_back(const symbols::TypeBook& book, const types::Layouts& layouts, symbols::DebugTypeId owner,
                 const types::Field& field);

}  // namespace heapkit::refs
