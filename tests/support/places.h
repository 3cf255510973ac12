// SPDX-License-Identifier: MIT
//
// A few functions with known names, files and lines, compiled with -g -O0 whatever the build type, so that tests of
// analyses have real names: their addresses go into a snapshot that says where this very test program is loaded.
//
// Side: tests.
//
//     SnapshotWriter writer;
//     writer.module_of(reinterpret_cast<const void*>(places::load()));
//     StackId loading = writer.stack({places::allocate(), places::insert(), places::load()});
//
// Each gives a return address (an address just behind the call, as a stack has it) inside the function that is
// named in its comment.
#pragma once

#include <cstdint>

namespace heapkit::tests::places {

uint64_t allocate();  // operator new(unsigned long)-like wrapper: "xmalloc", places.cpp:20
uint64_t insert();    // "cache::Store::insert(int)",                  places.cpp:27
uint64_t load();      // "cache::load()",                              places.cpp:32
uint64_t read();      // "http::Session::read()",                      places.cpp:43

}  // namespace heapkit::tests::places
