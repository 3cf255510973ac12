// SPDX-License-Identifier: MIT
//
// What the fields of closures are called: of lambdas, of coroutines' frames, of what std::bind made, of the functions
// of threads and futures.
//
// Side: heap, floor 5 (refs). Text to text.
#pragma once

#include <string>
#include <string_view>

namespace heapkit::refs {

struct ClosureClass {
    std::string_view name;  // of the class, in full
    bool is_lambda = false;
};

// `path`: of the field in an object of `owner`, as types::Layouts has it.
//
//     a lambda             "__user.name", "user.name"  captured user.name
//     a coroutine's frame  "_Coro_promise.owner"       promise.owner
//     std::bind's          "get<0>"                    bound argument 1
//     a thread's function  "get<0>.user", "get<1>"     captured user, argument 1
//     other classes        "docs_"                     docs_
std::string field_label(const ClosureClass& owner, std::string path);

}  // namespace heapkit::refs
