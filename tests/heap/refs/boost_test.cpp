// SPDX-License-Identifier: MIT
//
// Boost's containers and smart pointers, of real objects: what they hold, and that spare capacity holds nothing.
//
// Side: tests. Compiled with -g whatever the build type.
#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/container/vector.hpp>
#include <boost/intrusive_ptr.hpp>
#include <boost/scoped_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>
#include <boost/smart_ptr/weak_ptr.hpp>
#include <memory>
#include <set>

#include "analyze/cycles.h"
#include "catch.h"
#include "lines.h"
#include "photograph.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace boosted {

struct Book {
    long pages = 7;
};
struct Counted : boost::intrusive_ref_counter<Counted> {
    long number = 0;
};
struct Library {
    boost::container::vector<Book*> bought;
    boost::container::small_vector<Book*, 2> few, many;
    boost::container::flat_map<int, Book*> by_number;
    boost::container::flat_set<Book*> all;
    boost::shared_ptr<Book> shared;
    boost::weak_ptr<Book> seen;
    boost::intrusive_ptr<Counted> counted;
    boost::scoped_ptr<Book> scoped;
};
struct Endless {
    boost::shared_ptr<Endless> again;
};

Library* library = nullptr;

}  // namespace boosted

namespace {

using boosted::Book;

Heap develop(Photograph& photograph) {
    photograph.stop();
    photograph.global(&boosted::library, sizeof(boosted::library));
    return photograph.develop(&boosted::library);
}

}  // namespace

TEST_CASE("Boost's vectors and flat maps hold their elements, and nothing in their spare capacity") {
    Photograph photograph;
    const auto library = std::make_unique<boosted::Library>();
    std::vector<std::unique_ptr<Book>> books;
    books.reserve(16);
    const auto book = [&] { return books.emplace_back(std::make_unique<Book>()).get(); };
    boosted::library = library.get();
    library->bought.reserve(8);
    for (int count = 0; count < 3; ++count) library->bought.push_back(book());
    library->bought.pop_back();  // its pointer is left over
    for (int count = 0; count < 4; ++count) library->many.push_back(book());
    for (int count = 0; count < 2; ++count) library->few.push_back(book());
    library->few.pop_back();
    for (const int number : {42, 7}) library->by_number[number] = book();
    library->all.insert(book());
    const Heap heap = develop(photograph);
    const auto lines = lines_of(heap);
    for (const auto& line : lines) UNSCOPED_INFO(line);
    CHECK(lines.contains("Library bought → vector<Book*>"));
    CHECK(lines.contains("vector<Book*> [1] → Book"));
    CHECK_FALSE(lines.contains("vector<Book*> [2] → Book"));
    CHECK(lines.contains("small_vector<Book*, 2ul> [3] → Book"));
    CHECK_FALSE(lines.contains("Library many ⇢ Book"));  // where the first two lay
    CHECK(lines.count("Library few ⇢ Book") == 1);
    CHECK(lines.contains("flat_map<int, Book*> [7] → Book"));
    CHECK(lines.contains("flat_map<int, Book*> [42] → Book"));
    CHECK(lines.contains("flat_set<Book*> […] → Book"));
    CHECK(std::ranges::count_if(heap.types().containers().all, [](const types::Container& container) {
              return container.elements == 2 && container.capacity == 8;
          }) == 1);
}

TEST_CASE("Boost's smart pointers own by their own names, and a weak one looks on") {
    Photograph photograph;
    const auto library = std::make_unique<boosted::Library>();
    boosted::library = library.get();
    library->shared.reset(new Book);
    library->seen = library->shared;
    library->counted.reset(new boosted::Counted);
    library->scoped.reset(new Book);
    const auto lines = lines_of(develop(photograph));
    for (const auto& line : lines) UNSCOPED_INFO(line);
    CHECK(lines.contains("Library shared → Book"));
    CHECK(lines.contains("Library seen ⇢ Book"));
    CHECK(lines.contains("Library counted → Counted"));
    CHECK(lines.contains("Library scoped → Book"));
}

TEST_CASE("an object that owns itself by boost::shared_ptr is a cycle of smart pointers") {
    Photograph photograph;
    const boost::shared_ptr<boosted::Endless> endless(new boosted::Endless);
    endless->again = endless;
    boosted::library = nullptr;
    const auto found = analyze::cycles(develop(photograph), {});
    endless->again.reset();
    REQUIRE(found);
    REQUIRE(found->kinds.size() == 1);
    CHECK(std::get<std::string>(found->table.rows.at(0).back()) == "smart pointers");
}
