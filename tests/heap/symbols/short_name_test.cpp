// SPDX-License-Identifier: MIT
//
// Names as people say them, from names as demanglers write them.
//
// Side: tests.
#include "symbols/short_name.h"
#include "catch.h"
#include "symbols/demangle.h"

using namespace heapkit::symbols;

TEST_CASE("linkage names are demangled, without what compilers append") {
    CHECK(demangle("_ZN3FooC1Ei") == "Foo::Foo(int)");
    CHECK(demangle("_ZN3FooC1Ei.cold") == "Foo::Foo(int)");
    CHECK(demangle("_ZN3fooEv.part.0.constprop.1") == "foo()");
    CHECK(demangle("work.isra.0") == "work");
    CHECK(demangle("malloc@@GLIBC_2.2.5") == "malloc");
    CHECK(demangle("main") == "main");
    CHECK(demangle("_Zgarbage") == "_Zgarbage");
    CHECK(demangle("") == "");
    CHECK(demangle(std::string(100'000, 'x').insert(0, "_ZN")).size() == 100'003);
}

TEST_CASE("names in typeinfo are demangled") {
    CHECK(demangle_type("N4http7SessionE") == "http::Session");
    CHECK(demangle_type("*N12_GLOBAL__N_16HiddenE") == "(anonymous namespace)::Hidden");
    CHECK(demangle_type("not a type") == "");
    CHECK(demangle_type("") == "");
}

TEST_CASE("short types keep what tells them apart") {
    CHECK(short_type("std::vector<int, std::allocator<int> >") == "std::vector<int>");
    CHECK(short_type("std::vector<int, prof::allocator<int> >") == "std::vector<int>");
    CHECK(short_type("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >") ==
          "std::string");
    CHECK(short_type("std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >") ==
          "std::string");
    CHECK(short_type("std::map<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, int, "
                     "std::less<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > >, "
                     "std::allocator<std::pair<std::__cxx11::basic_string<char, std::char_traits<char>, "
                     "std::allocator<char> > const, int> > >") == "std::map<std::string, int>");
    CHECK(short_type("std::unordered_map<int, Foo, std::hash<int>, std::equal_to<int>, "
                     "std::allocator<std::pair<int const, Foo> > >") == "std::unordered_map<int, Foo>");
    CHECK(short_type("std::set<int, ByName, std::allocator<int> >") == "std::set<int, ByName>");
    CHECK(short_type("std::vector<int, Pool<int> >") == "std::vector<int, Pool<int>>");
    CHECK(short_type("std::unique_ptr<Foo, std::default_delete<Foo> >") == "std::unique_ptr<Foo>");
    CHECK(short_type("std::_Sp_counted_ptr_inplace<Foo, std::allocator<void>, (__gnu_cxx::_Lock_policy)2>") ==
          "std::_Sp_counted_ptr_inplace<Foo>");
    CHECK(short_type("boost::container::flat_map<int, long, std::less<int>, void>") ==
          "boost::container::flat_map<int, long>");
    CHECK(short_type("std::vector<boost::container::small_vector<int, 4ul, void, void>, Pool<int> >") ==
          "std::vector<boost::container::small_vector<int, 4ul>, Pool<int>>");
    CHECK(short_type("boost::unordered::unordered_map<int, long, boost::hash<int>, std::equal_to<int>, "
                     "std::allocator<std::pair<int const, long> > >") == "boost::unordered::unordered_map<int, long>");
    CHECK(short_type("Expected<int, void>") == "Expected<int, void>");
    CHECK(short_type("(anonymous namespace)::Hidden") == "(anonymous namespace)::Hidden");
    CHECK(short_type("Matrix<double, 3, (3)>(4)>") == "Matrix<double, 3, (3)>(4)>");
    CHECK(short_type("my::basic_string<char>") == "my::basic_string<char>");
    CHECK(short_type("Callback<void (*)(int, char const*)>") == "Callback<void (*)(int, char const*)>");
}

TEST_CASE("short functions lose return types, parameters and their own long arguments") {
    CHECK(short_function("Foo::bar(int, char const*) const") == "Foo::bar");
    CHECK(short_function("void std::vector<Document, std::allocator<Document> >::_M_realloc_insert<Document const&>("
                         "__gnu_cxx::__normal_iterator<Document*, std::vector<Document, std::allocator<Document> > >, "
                         "Document const&)") == "std::vector<Document>::_M_realloc_insert");
    CHECK(short_function("std::unique_ptr<Foo, std::default_delete<Foo> > std::make_unique<Foo>()") ==
          "std::make_unique<Foo>");
    CHECK(short_function("unsigned long count<int>(std::vector<int, std::allocator<int> > const&)") == "count<int>");
    CHECK(short_function("std::__cxx11::to_string[abi:cxx11](int)") == "std::to_string");
    CHECK(short_function("main") == "main");
    CHECK(short_function("libfoo.so+0x1234") == "libfoo.so+0x1234");
    CHECK(short_function("(anonymous namespace)::work(int)") == "(anonymous namespace)::work");
    CHECK(short_function("ns::(anonymous namespace)::Hidden::Hidden((anonymous namespace)::Other const&)") ==
          "ns::(anonymous namespace)::Hidden::Hidden");
    CHECK(short_function("Foo::~Foo()") == "Foo::~Foo");
    CHECK(short_function("non-virtual thunk to Foo::bar()") == "Foo::bar");
}

TEST_CASE("lambdas and local entities keep the function that they are in") {
    CHECK(short_function("main::{lambda(int)#1}::operator()(int) const") == "main::{lambda(int)#1}::operator()");
    CHECK(short_function("http::Tls::run()::{lambda(int)#1}::operator()(int) const") ==
          "http::Tls::run::{lambda(int)#1}::operator()");
    CHECK(short_function("Foo::bar(int) const::{lambda()#2}::operator()() const") ==
          "Foo::bar::{lambda()#2}::operator()");
    CHECK(short_function("f()::{lambda(std::vector<int, std::allocator<int> > const&, unsigned long)#1}::operator()("
                         "std::vector<int, std::allocator<int> > const&, unsigned long) const") ==
          "f::{lambda(…)#1}::operator()");
    CHECK(short_function("auto f(int)::{lambda(auto:1)#1}::operator()<int>(int) const") ==
          "f::{lambda(auto:1)#1}::operator()<int>");
}

TEST_CASE("operators do not upset the brackets") {
    CHECK(short_function("Foo::operator()(int)") == "Foo::operator()");
    CHECK(short_function("bool operator<(Foo const&, Foo const&)") == "operator<");
    CHECK(short_function("bool operator< <int>(Box<int> const&, Box<int> const&)") == "operator< <int>");
    CHECK(short_function("std::ostream& operator<<(std::ostream&, Foo const&)") == "operator<<");
    CHECK(short_function("Foo::operator->() const") == "Foo::operator->");
    CHECK(short_function("Foo::operator bool() const") == "Foo::operator bool");
    CHECK(short_function("Foo::operator std::vector<int, std::allocator<int> >() const")
              .starts_with("Foo::operator std::vector"));
    CHECK(short_function("operator new(unsigned long)") == "operator new");
    CHECK(short_function("operator new[](unsigned long)") == "operator new[]");
    CHECK(short_function("decltype (x(0)) foo<int>(int)") == "foo<int>");
}

TEST_CASE("broken names end as they are, and end") {
    for (const char* broken : {"<", ">", "(", ")", "a<b(c", "operator", "operator<", "{lambda(", "a<b>>c(", "::", "()",
                               " ", "void (*f(int))(double)", "[abi:", "a [clone "}) {
        CHECK(short_function(broken).size() <= 40);
        CHECK(short_type(broken).size() <= 40);
    }
    const std::string deep(5000, '<');
    CHECK(short_type("a" + deep).size() <= 6000);
}

TEST_CASE("the qualified name of a function is found in its signature") {
    CHECK(qualified_function("void std::vector<int, std::allocator<int> >::resize(unsigned long)") ==
          "std::vector<int, std::allocator<int> >::resize");
    CHECK(qualified_function("malloc") == "malloc");
    CHECK(qualified_function("operator new(unsigned long)") == "operator new");
}
