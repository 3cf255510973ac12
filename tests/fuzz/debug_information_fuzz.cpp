// SPDX-License-Identifier: MIT
//
// Any bytes as a binary with debug information: its types, variables and member functions, and what is around each
// byte of its code; what is in scope there, and how a stack goes on from there. The corpus: a program full of types, by
// g++ and clang, DWARF 4 and 5, with and without type units.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <algorithm>
#include <vector>

#include "memory_file.h"
#include "snapshot_writer.h"
#include "symbols/call_sites.h"
#include "symbols/elf_file.h"
#include "symbols/frames.h"
#include "symbols/thread_variables.h"
#include "symbols/type_book.h"

using namespace heapkit;
using namespace heapkit::symbols;

namespace {

constexpr uint64_t most_addresses = 1024, most_threads = 64;
constexpr uint64_t stacks_at = 0x7f00'0000'0000, stack_bytes = 256;

std::vector<uint64_t> addresses_of_code(const std::string& path) {
    std::vector<uint64_t> addresses;
    const auto file = ElfFile::open(path);
    const Elf64_Shdr* code = file ? file->section(".text") : nullptr;
    if (code == nullptr) return addresses;
    for (uint64_t i = 1; i <= std::min<uint64_t>(code->sh_size, most_addresses); ++i)
        addresses.push_back((code->sh_addr + i) & 0x7fff'ffff'ffff);
    return addresses;
}

// Threads that stop at some of `addresses`, their stacks full of others of them.
void add_threads(tests::SnapshotWriter& writer, const std::vector<uint64_t>& addresses) {
    for (size_t i = 0; i < addresses.size() && i / 16 < most_threads; i += 16) {
        const uint64_t begin = stacks_at + i * stack_bytes;
        const size_t thread = writer.thread({.stack_start = begin,
                                             .stack_end = begin + stack_bytes,
                                             .stack_pointer = begin,
                                             .program_counter = addresses[i]});
        writer.thread_storage(thread, ModuleId(0), begin, stack_bytes);
        const auto owner = static_cast<uint32_t>(thread);
        const tests::RootId stack = writer.root(PROF_ROOT_STACK, owner, begin, stack_bytes);
        for (uint64_t at = 0; at < stack_bytes; at += 16) {
            writer.word(stack, at, tests::StackPointer{begin + at + 32});
            writer.word(stack, at + 8, tests::ModulePointer{addresses[(i + at) % addresses.size()]});
        }
        const tests::RootId registers = writer.root(PROF_ROOT_REGISTERS, owner, 0, 136);
        for (uint64_t number = 0; number < 16; ++number)
            writer.word(registers, number * 8, tests::StackPointer{begin + number * 8});
    }
}

size_t read_book(const TypeBook& book) {
    size_t letters = 0;
    for (size_t i = 0; i < book.count(); ++i) {
        const DebugTypeId id(i);
        const std::string name = book.name(id);
        letters += name.size() + book.file(id).size() + book.find(name).index();
        for (const Member& member : book.members(id)) letters += book.text(member.name).size();
        for (const TemplateArgument& argument : book.arguments(id)) letters += book.name(argument.type).size();
    }
    for (const Variable& variable : book.variables())
        letters += book.text(variable.name).size() + (book.variable_at(variable.address) != nullptr);
    return letters;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const heapkit::tests::MemoryFile binary, snapshot_file;
    binary.write(std::vector<unsigned char>(data, data + size));
    tests::SnapshotWriter writer;
    writer.module({.path = binary.path(), .start = 0, .end = uint64_t{1} << 47, .bias = 0});
    const std::vector<uint64_t> addresses = addresses_of_code(binary.path());
    for (const uint64_t address : addresses) writer.node({}, address);
    add_threads(writer, addresses);
    snapshot_file.write(writer.bytes());
    const auto snapshot = read::Snapshot::open(snapshot_file.path());
    if (!snapshot) return 0;

    const Options options = {.use_cache = false, .progress = {}};
    const TypeBook book = TypeBook::load(*snapshot, options);
    (void)read_book(book);
    const Frames frames = Frames::resolve(*snapshot, options);
    const auto blocks = snapshot->blocks();
    const auto words = snapshot->words();
    if (!blocks || !words) return 0;
    const ThreadVariables variables = ThreadVariables::find({*snapshot, *blocks, *words, frames, book, options});
    for (const ThreadVariable& variable : variables.all()) (void)book.name(variable.type);
    const CallSites sites = CallSites::read(*snapshot, book, frames, options);
    for (size_t node = 0; node <= addresses.size(); ++node)
        for (const CallScope& scope : sites.scopes(sites.at(NodeId(node)))) (void)book.name(scope.of_class);
    return 0;
}
