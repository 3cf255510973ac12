// SPDX-License-Identifier: MIT
//
// One spelling for each type. The pairs were taken from the debug information and the RTTI of real programs (ninja,
// wabt, this one), compiled by g++ 12 and clang 14.
//
// Side: tests.
#include "symbols/type_name.h"
#include "catch.h"

using namespace heapkit::symbols;

TEST_CASE("names of GCC's and clang's debug information become the demangler's") {
    const std::pair<const char*, const char*> pairs[] = {
        {"long unsigned int", "unsigned long"},
        {"long int", "long"},
        {"short unsigned int", "unsigned short"},
        {"short int", "short"},
        {"long long int", "long long"},
        {"long long unsigned int", "unsigned long long"},
        {"unsigned int", "unsigned int"},
        {"unsigned", "unsigned int"},
        {"signed char", "signed char"},
        {"unsigned char", "unsigned char"},
        {"long double", "long double"},
        {"__int128 unsigned", "unsigned __int128"},
        {"decltype(nullptr)", "decltype(nullptr)"},
        {"const char *", "char const*"},
        {"const char*", "char const*"},
        {"char const*", "char const*"},
        {"const volatile int", "int const volatile"},
        {"char *const *", "char* const*"},
        {"const Foo &", "Foo const&"},
        {"Foo &&", "Foo&&"},
        {"void(*)(int)", "void (*)(int)"},
        {"void (*)(int, const char *)", "void (*)(int, char const*)"},
        {"int(int)", "int (int)"},
        {"int ()", "int ()"},
        {"int (void)", "int ()"},
        {"int(*)[3]", "int (*) [3]"},
        {"char [2][3]", "char [2][3]"},
        {"int (Cage::*)(long)", "int (Cage::*)(long)"},
        {"int Cage::*", "int Cage::*"},
        {"void (*(*)(int))(char)", "void (*(*)(int))(char)"},
        {"std::vector<Foo *>", "std::vector<Foo*>"},
        {"std::vector<int, std::allocator<int>>", "std::vector<int, std::allocator<int> >"},
        {"std::vector<int, std::allocator<int> >", "std::vector<int, std::allocator<int> >"},
        {"std::pair<const std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, Edge*>",
         "std::pair<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const, Edge*>"},
        {"std::allocator_traits<std::allocator<std::_Rb_tree_node<std::pair<const int, long unsigned int> > > >",
         "std::allocator_traits<std::allocator<std::_Rb_tree_node<std::pair<int const, unsigned long> > > >"},
        {"{anonymous}::Hidden", "(anonymous namespace)::Hidden"},
        {"wabt::(anonymous namespace)::BinaryReaderIR", "wabt::(anonymous namespace)::BinaryReaderIR"},
        {"std::unique_ptr<wabt::Module, std::default_delete<wabt::Module> >",
         "std::unique_ptr<wabt::Module, std::default_delete<wabt::Module> >"},
        {"Val<3, 'A', true, 7UL>", "Val<3, (char)65, true, 7ul>"},
        {"Col<(Color)1>", "Col<(Color)1>"},
        {"Bound<&zoo::counter>", "Bound<&zoo::counter>"},
        {"std::tuple<>", "std::tuple<>"},
        {"std::function<int(int)>", "std::function<int (int)>"},
        {"std::function<void (wabt::Expr *, wabt::Index)>", "std::function<void (wabt::Expr*, wabt::Index)>"},
        {"std::_Function_handler<int(int), main(int, char**)::<lambda(int)> >",
         "std::_Function_handler<int (int), main(int, char**)::<lambda(int)> >"},
        {"std::function<int (int)>::function<(lambda at t.cpp:24:75), void>",
         "std::function<int (int)>::function<(lambda at t.cpp:24:75), void>"},
        {"work<long>(long)::In", "work<long>(long)::In"},
        {"Foo::bar(int) const::Local", "Foo::bar(int) const::Local"},
        {"struct Foo", "Foo"},
        {"std::string", "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"},
        {"std::ostream", "std::basic_ostream<char, std::char_traits<char> >"},
        {"void () noexcept", "void () noexcept"},
        {"int (*)(int, ...)", "int (*)(int, ...)"},
        {"Foo<-5, 3u>", "Foo<-5, 3u>"},
        {"Tag<bool(int)>", "Tag<bool (int)>"},
    };
    for (const auto& [from, to] : pairs) {
        CHECK(canonical_type_name(from) == to);
        CHECK(canonical_type_name(to) == to);
    }
}

TEST_CASE("what is no type stays as it is") {
    for (const char* text :
         {"", "Foo<", "<", "int [", "a b c", "Foo<int", "*", "::", "x::", "(", "Foo<>>", "operator<"})
        CHECK(canonical_type_name(text) == text);
    const std::string deep = std::string(5000, '<');
    CHECK(canonical_type_name("A" + deep) == "A" + deep);
    std::string nested = "int";
    for (int i = 0; i < 300; ++i) nested = "A<" + nested + ">";
    CHECK(canonical_type_name(nested) == nested);
}

TEST_CASE("the arguments of a template's name are told apart") {
    using List = std::vector<std::string_view>;
    CHECK(template_arguments_of("a::B<int, c::D<E, F>, void (*)(int, char)>") ==
          List{"int", "c::D<E, F>", "void (*)(int, char)"});
    CHECK(template_arguments_of("a::B<int>::C").empty());
    CHECK(template_arguments_of("std::tuple<>").empty());
    CHECK(template_arguments_of("std::allocator_traits<std::allocator<int> >") == List{"std::allocator<int>"});
    CHECK(without_template_arguments("a::B<int>::C<D<E> >") == "a::B<int>::C");
    CHECK(without_template_arguments("plain") == "plain");
}
