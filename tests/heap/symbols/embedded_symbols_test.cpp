// SPDX-License-Identifier: MIT
//
// Symbols that a stripped binary carries inside, compressed: the names of the unstripped one; and nothing worse than no
// names from a section that is damaged, is no ELF file, or would unpack without end.
//
// Side: tests.
#include "symbols/embedded_symbols.h"

#include <lzma.h>

#include <algorithm>
#include <fstream>

#include "asked.h"
#include "catch.h"

using namespace heapkit;
using namespace heapkit::tests;
using Source = symbols::ModuleSymbols::Source;

namespace {

using Content = std::vector<unsigned char>;

// An xz stream of `bytes`.
Content packed(const Content& bytes) {
    Content out(lzma_stream_buffer_bound(bytes.size()));
    size_t size = 0;
    REQUIRE(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, bytes.data(), bytes.size(), out.data(), &size,
                                    out.size()) == LZMA_OK);
    out.resize(size);
    return out;
}

// An ELF file of one section, .gnu_debugdata.
Content elf_with(const Content& section) {
    static constexpr char names[] = "\0.gnu_debugdata\0.shstrtab";
    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    header.e_shstrndx = 2;
    header.e_shoff = sizeof header;
    Elf64_Shdr sections[3] = {};
    const uint64_t names_at = sizeof header + sizeof sections, data_at = names_at + sizeof names;
    sections[1].sh_name = 1;
    sections[1].sh_type = SHT_PROGBITS;
    sections[1].sh_offset = data_at;
    sections[1].sh_size = section.size();
    sections[2].sh_name = 16;
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_offset = names_at;
    sections[2].sh_size = sizeof names;
    Content file(data_at + section.size());
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + sizeof header, sections, sizeof sections);
    std::memcpy(file.data() + names_at, names, sizeof names);
    std::ranges::copy(section, file.begin() + static_cast<std::ptrdiff_t>(data_at));
    return file;
}

Result<symbols::ElfFile> unpacked(const Content& section) {
    const TemporaryFolder folder;
    write_file(folder / "binary", elf_with(section));
    const auto binary = symbols::ElfFile::open(folder / "binary");
    REQUIRE(binary);
    return symbols::unpack_embedded_symbols(*binary);
}

bool is_mini_debug_built() {
    const bool is_built = Fixture::is_built("mini_debug");
    if (!is_built) WARN("there was no xz to build the fixture");
    return is_built;
}

}  // namespace

TEST_CASE("a stripped program with its symbols inside has the names of the unstripped one") {
    if (!is_mini_debug_built()) return;
    const Fixture fixture("mini_debug");
    CHECK(name_at(fixture, "c_function") == "plain_name");
    CHECK(name_at(fixture, "member") == "shop::Basket::fill()");
    const Asked asked(fixture.module(), {fixture.run_time("main")});
    CHECK(asked.at(0) == "main");
    CHECK(asked.module().source == Source::symbol_table);
    CHECK(asked.module().problem.empty());
}

TEST_CASE("a program whose inner symbols are damaged says so, and has its other names") {
    if (!is_mini_debug_built()) return;
    const Fixture fixture("mini_debug");
    const auto elf = symbols::ElfFile::open(fixture.path());
    REQUIRE(elf);
    const Elf64_Shdr section = *elf->section(".gnu_debugdata");
    std::ifstream in(fixture.path(), std::ios::binary);
    Content bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    bytes[section.sh_offset + section.sh_size / 2] ^= 0xff;
    const TemporaryFolder folder;
    NewModule module = fixture.module();
    module.path = folder / "damaged";
    write_file(module.path, bytes);
    const Asked asked(module, {fixture.run_time("member")});
    CHECK(asked.at(0) == fmt::format("damaged+{:#x}", fixture.at("member").address));
    CHECK(asked.module().source == Source::dynamic_symbols);
    CHECK(asked.module().problem == "the symbols inside it (.gnu_debugdata) cannot be read: it is damaged");
}

TEST_CASE("what unpacks is an ELF file within bounds, or is refused") {
    const Content whole = packed(elf_with({}));
    CHECK(unpacked(whole));
    CHECK(unpacked({}).error().what.ends_with("it is damaged"));
    CHECK(unpacked({'n', 'o', 't', ' ', 'x', 'z'}).error().what.ends_with("it is damaged"));
    CHECK(unpacked(packed({'t', 'e', 'x', 't'})).error().what.ends_with("it holds no ELF file"));
    const Content endless(symbols::most_unpacked_bytes + 1);
    CHECK(packed(endless).size() < 64 << 10);
    CHECK(unpacked(packed(endless)).error().what.ends_with("it is too large"));
}

TEST_CASE("no damage to the packed symbols does harm") {
    const Content whole = packed(elf_with(Content(300, 7)));
    for (size_t at = 0; at < whole.size(); ++at) {
        Content bad = whole;
        bad[at] ^= 0x21;
        (void)unpacked(bad);  // xz's own checksums find what is not padding
        bad.resize(at);
        CHECK_FALSE(unpacked(bad));
    }
}
