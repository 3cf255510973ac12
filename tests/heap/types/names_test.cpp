// SPDX-License-Identifier: MIT
//
// Names: what frames say of an allocation, what managers hold, and what types are called.
//
// Side: tests.
#include "catch.h"
#include "types/closures.h"
#include "types/frame_kinds.h"
#include "types/name_parts.h"
#include "types/type_names.h"

using namespace heapkit;
using types::FrameKind;
using types::kind_of_frame;
using types::StorageRole;
using Role = types::FrameKind::Role;

TEST_CASE("operator new and malloc are what everybody calls") {
    CHECK(kind_of_frame("operator new(unsigned long)").role == Role::allocation);
    CHECK(kind_of_frame("operator new[](unsigned long)").is_array);
    CHECK(kind_of_frame("malloc").role == Role::allocation);
    CHECK(kind_of_frame("std::pmr::memory_resource::allocate(unsigned long, unsigned long)").role == Role::allocation);
    CHECK(kind_of_frame("zoo::allocate_all()").role == Role::other);
}

TEST_CASE("names of any depth and length are understood as far as it pays") {
    std::string nested;
    for (int i = 0; i < 30'000; ++i) nested += "std::_Sp_counted_ptr_inplace<";
    CHECK_FALSE(types::object_name(nested + "int" + std::string(30'000, '>')).is_closure);
    std::string scopes;
    for (int i = 0; i < 50'000; ++i) scopes += "a::";
    CHECK(kind_of_frame(scopes + "b<c").role == Role::other);
}

TEST_CASE("an allocator says what it allocates, and so do the traits of one") {
    const FrameKind plain = kind_of_frame("std::__new_allocator<Edge*>::allocate(unsigned long, void const*)");
    CHECK(plain.role == Role::allocator);
    CHECK(plain.name == "Edge*");
    const FrameKind traits =
        kind_of_frame("std::allocator_traits<std::allocator<std::pair<int const, Node*> > >::allocate");
    CHECK(traits.role == Role::allocator);
    CHECK(traits.name == "std::pair<int const, Node*>");
    CHECK(kind_of_frame("std::pmr::polymorphic_allocator<int>::allocate(unsigned long)").name == "int");
    CHECK(kind_of_frame("pool::Allocator<Node>::allocate(unsigned long)").name == "Node");
}

TEST_CASE("members of containers and of their innards say which container it is") {
    struct Case {
        const char *function, *container;
        StorageRole usual;
    };
    for (const Case& each : {
             Case{"void std::vector<Node*, std::allocator<Node*> >::_M_realloc_insert<Node* const&>(int)",
                  "std::vector<Node*, std::allocator<Node*> >", StorageRole::buffer},
             Case{"std::_Vector_base<int, std::allocator<int> >::_M_allocate(unsigned long)",
                  "std::vector<int, std::allocator<int> >", StorageRole::buffer},
             Case{"std::_Rb_tree<int, std::pair<int const, A>, std::_Select1st<std::pair<int const, A> >, "
                  "std::less<int>, "
                  "std::allocator<std::pair<int const, A> > >::_M_get_node()",
                  "std::map<int, A, std::less<int>, std::allocator<std::pair<int const, A> > >", StorageRole::node},
             Case{"std::_Rb_tree<int, int, std::_Identity<int>, std::less<int>, std::allocator<int> "
                  ">::_M_emplace_equal<int>(int)",
                  "std::multiset<int, std::less<int>, std::allocator<int> >", StorageRole::node},
             Case{"std::_Rb_tree<int, int, std::_Identity<int>, std::less<int>, std::allocator<int> "
                  ">::_Alloc_node::operator()<int>(int) const",
                  "std::set<int, std::less<int>, std::allocator<int> >", StorageRole::node},
             Case{"std::_Hashtable<int, int, std::allocator<int>, std::__detail::_Identity, std::equal_to<int>, "
                  "std::hash<int>, "
                  "R, S, T, std::__detail::_Hashtable_traits<false, true, false> >::_M_insert(int)",
                  "std::unordered_multiset<int, std::hash<int>, std::equal_to<int>, std::allocator<int> >",
                  StorageRole::node},
             Case{"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::_M_create(unsigned "
                  "long&)",
                  "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", StorageRole::text},
         }) {
        INFO(each.function);
        const FrameKind kind = kind_of_frame(each.function);
        CHECK(kind.role == Role::container);
        CHECK(kind.name == each.container);
        CHECK(kind.usual_storage == each.usual);
    }
    CHECK(kind_of_frame("std::__detail::_Hashtable_alloc<std::allocator<N> >::_M_allocate_buckets(unsigned long)")
              .storage == StorageRole::buckets);
    CHECK(kind_of_frame("std::vector<int>::operator[](unsigned long)").family ==
          kind_of_frame("std::_Vector_base<int, std::allocator<int> >::_M_allocate(unsigned long)").family);
}

TEST_CASE("a closure's manager says whose closure it holds") {
    CHECK(types::managed_class(
              "std::_Function_handler<void (int), main::{lambda(int)#1}>::_M_manager(std::_Any_data&, int)") ==
          "main::{lambda(int)#1}");
    CHECK(types::managed_class("std::any::_Manager_external<shop::Item>::_S_manage(std::any::_Op)") == "shop::Item");
    CHECK(types::managed_class("void* std::_Mofunc_base::_S_manage<Task>(std::_Mofunc_base*)") == "Task");
    CHECK(types::managed_class("main").empty());
}

TEST_CASE("types are called as one speaks of them") {
    CHECK(types::object_name("http::Session").name == "http::Session");
    CHECK(types::object_name("lambda in handle_request(int) server.cpp:41").name ==
          "λ in handle_request(int) server.cpp:41");
    CHECK(types::object_name("handle_request(int)::{lambda(Result)#2}").name == "λ #2 in handle_request(int)");
    CHECK(types::object_name("handle_request(int)::{lambda(Result)#2}").is_closure);
    CHECK(types::object_name("main()::<lambda(int)>").name == "λ in main()");
    CHECK(types::object_name("handle_request(int)::$_0").name == "λ in handle_request(int)");
    CHECK_FALSE(types::object_name("std::vector<int, std::allocator<int> >").is_closure);
    CHECK(types::object_name("std::_Sp_counted_ptr_inplace<Session, std::allocator<void>, (__gnu_cxx::_Lock_policy)2>")
              .name == "Session");
    CHECK(types::object_name("std::__1::__shared_ptr_emplace<Session, std::__1::allocator<Session> >").name ==
          "Session");
    CHECK(types::object_name("std::_Sp_counted_ptr<Session*, (__gnu_cxx::_Lock_policy)2>").name ==
          "shared_ptr<Session> control block");
    CHECK(
        types::object_name("std::thread::_State_impl<std::thread::_Invoker<std::tuple<main::{lambda()#1}> > >").name ==
        "thread running λ in main");
}

TEST_CASE("storage is called after its container, without what everybody knows") {
    CHECK(types::storage_name("std::vector<Document, std::allocator<Document> >", StorageRole::buffer) ==
          "vector<Document> buffer");
    CHECK(
        types::storage_name("std::vector<std::function<void (Result)>, std::allocator<std::function<void (Result)> > >",
                            StorageRole::buffer) == "vector<function<void(Result)>> buffer");
    CHECK(types::storage_name("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
                              StorageRole::text) == "string text");
    CHECK(types::storage_name("std::map<int, my::std::Thing, std::less<int>, std::allocator<int> >",
                              StorageRole::node) == "map<int, my::std::Thing> node");
    CHECK(types::storage_name("std::deque<int, std::allocator<int> >", StorageRole::buckets) == "deque<int> map");
    CHECK(types::storage_name("std::map<int, (anonymous namespace)::Session, std::less<int>, std::allocator<int> >",
                              StorageRole::node) == "map<int, (anonymous namespace)::Session> node");
}

TEST_CASE("the class of a function is found behind operators and lambdas") {
    CHECK(types::parts_of_function("a::B<c::D>::operator<").scope == "a::B<c::D>");
    CHECK(types::parts_of_function("a::{lambda(b::C)#1}::operator()").scope == "a::{lambda(b::C)#1}");
    CHECK(types::parts_of_function("main").scope.empty());
}
