// SPDX-License-Identifier: MIT
//
// Pointers in constant data, with plain relocations and with packed ones (RELR).
//
// Side: tests.
#include "symbols/image.h"

#include <algorithm>

#include "catch.h"
#include "fixture.h"

using namespace heapkit;
using namespace heapkit::tests;

namespace {

// The name that the typeinfo of a vtable's class has, by the pointers alone.
std::string class_by_pointers(const Fixture& fixture) {
    const auto file = symbols::ElfFile::open(fixture.path());
    REQUIRE(file);
    const symbols::Image image(*file, Fixture::bias_of_all);
    const auto type_info = image.pointer_at(fixture.run_time("vtable:single") - 8);
    REQUIRE(type_info);
    const auto name = image.pointer_at(type_info->address + 8);
    REQUIRE(name);
    return std::string(image.text_at(name->address));
}

bool has_packed_relocations(const Fixture& fixture) {
    const auto file = symbols::ElfFile::open(fixture.path());
    return file &&
           std::ranges::any_of(file->sections(), [](const Elf64_Shdr& each) { return each.sh_type == SHT_RELR; });
}

}  // namespace

TEST_CASE("pointers of a vtable lead to the name of its class, however they are relocated") {
    CHECK(class_by_pointers(Fixture("stripped")) == "N4shop4ItemE");
    const Fixture packed("stripped_relr");
    if (!has_packed_relocations(packed)) WARN("the linker knows no packed relocations");
    CHECK(class_by_pointers(packed) == "N4shop4ItemE");
}
