// SPDX-License-Identifier: MIT
//
// What types are called in tables and pictures, from their full names.
//
// Side: heap, floor 4 (types). Text to text.
#pragma once

#include <string>
#include <string_view>

#include "types/containers.h"

namespace heapkit::types {

struct ObjectName {
    std::string name;
    bool is_closure = false;
};

// Of an object of a class, by its full name as the demangler or the type book spells it:
//
//     http::Session                                     http::Session
//     lambda in handle_request(int) server.cpp:41       λ in handle_request(int) server.cpp:41
//     handle_request(int)::{lambda(Result)#2}           λ #2 in handle_request(int)
//     std::_Sp_counted_ptr_inplace<Session, …>          Session               made by make_shared: T and its counts
//     std::_Sp_counted_ptr<Session*, …>                 shared_ptr<Session> control block
//     std::thread::_State_impl<…<std::tuple<F> > >      thread running F
//     std::__1::__function::__func<F, …>                F
ObjectName object_name(std::string_view full_name);

// "vector<Document> buffer", "map<int, Document> node", "string text".
std::string storage_name(std::string_view container_full_name, StorageRole role);

}  // namespace heapkit::types
