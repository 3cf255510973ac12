// SPDX-License-Identifier: MIT
//
// Variables of functions that were running, found on a real stack; thread-local ones where a snapshot says they lie.
//
// Side: tests.
#include "symbols/thread_variables.h"

#include <algorithm>

#include "catch.h"
#include "running.h"
#include "snapshot_writer.h"
#include "symbols/local_cache.h"
#include "temporary_folder.h"

using namespace heapkit;
using namespace heapkit::symbols;
using namespace heapkit::tests;

namespace {

constexpr size_t thread = 1;
constexpr uint64_t storage_at = 0x7000'0000;
constexpr uint64_t above_frames = 256;  // bytes of the caller's frame, with what it handed over

// A snapshot of the stack that running::serve() had.
SnapshotWriter photographed(const running::Copied& copied, uint32_t flags = 0) {
    const auto reg = [&](int number) { return static_cast<uint64_t>(copied.registers.uc_mcontext.gregs[number]); };
    const uint64_t end = copied.stack_begin + copied.stack.size() * sizeof(uint64_t);
    SnapshotWriter writer;
    const ModuleId program = writer.module_of(reinterpret_cast<const void*>(&running::serve), flags);
    writer.thread({.stack_start = copied.stack_begin,
                   .stack_end = end,
                   .stack_pointer = copied.stack_begin,
                   .program_counter = reg(REG_RIP)});
    writer.thread_storage(thread, program, storage_at, 4096);
    const RootId registers = writer.root(PROF_ROOT_REGISTERS, thread, 0, 17 * sizeof(uint64_t));
    writer.word(registers, 6 * sizeof(uint64_t), StackPointer{reg(REG_RBP)});
    const RootId stack = writer.root(PROF_ROOT_STACK, thread, copied.stack_begin, end - copied.stack_begin);
    for (size_t i = 0; i < copied.stack.size(); ++i) {
        const uint64_t value = copied.stack[i];
        if (value >= copied.stack_begin && value < end)
            writer.word(stack, i * sizeof(uint64_t), StackPointer{value});
        else if (value > UINT32_MAX)
            writer.word(stack, i * sizeof(uint64_t), ModulePointer{value});
    }
    return writer;
}

struct Found {
    explicit Found(const SnapshotWriter& writer)
        : snapshot(open(writer)),
          book(TypeBook::load(snapshot, options)),
          frames(Frames::resolve(snapshot, options)),
          variables(ThreadVariables::find({snapshot, *snapshot.blocks(), *snapshot.words(), frames, book, options})) {}

    static read::Snapshot open(const SnapshotWriter& writer) {
        static const TemporaryFolder folder;
        writer.write(folder / "1.heap");
        return *read::Snapshot::open(folder / "1.heap");
    }
    std::string at(uint64_t address) const {
        const ThreadVariable* const found = variables.at(address);
        if (found == nullptr) return "";
        const std::string function(variables.text(found->function));
        return std::string(variables.text(found->name)) + (function.empty() ? "" : " in " + function);
    }

    const Options options = {.use_cache = false, .progress = {}};
    const read::Snapshot snapshot;
    const TypeBook book;
    const Frames frames;
    const ThreadVariables variables;
};

[[gnu::noinline]] running::Copied copied_stack() {
    running::Copied copied;
    running::Thing thing;
    REQUIRE(running::serve(copied, &thing, reinterpret_cast<uint64_t>(__builtin_frame_address(0)) + above_frames) == 7);
    return copied;
}

}  // namespace

TEST_CASE("variables of a function that was running have names, types and places") {
    const running::Copied copied = copied_stack();
    const Found found(photographed(copied));
    const std::string function = "running::serve(running::Copied&, running::Thing*, unsigned long)";
    CHECK(found.at(copied.thing) == "thing in " + function);
    CHECK(found.at(copied.things) == "things in " + function);
    CHECK(found.at(copied.things + 16) == "things in " + function);
    const ThreadVariable* const things = found.variables.at(copied.things);
    REQUIRE(things != nullptr);
    CHECK(things->thread == thread);
    CHECK(things->is_set);
    CHECK(things->line == 24);
    CHECK(found.variables.text(things->file).ends_with("running.cpp"));
    CHECK(found.book.name(things->type).starts_with("std::vector<running::Thing*"));
    CHECK(found.book.name(found.variables.at(copied.thing)->type) == "running::Thing*");
}

TEST_CASE("a variable that is declared further below is not there yet") {
    const running::Copied copied = copied_stack();
    CHECK(Found(photographed(copied)).at(copied.later).empty());
}

TEST_CASE("each part of a stack belongs to the function that was running there") {
    const running::Copied copied = copied_stack();
    const Found found(photographed(copied));
    const RunningFunction* const running = found.variables.running_at(copied.thing);
    REQUIRE(running != nullptr);
    CHECK(found.variables.text(running->function).starts_with("running::serve("));
    CHECK(running->begin <= copied.things);
    CHECK(found.variables.running_at(copied.stack_begin - 8) == nullptr);
}

TEST_CASE("functions of the recorder are called by the one that the program called") {
    const running::Copied copied = copied_stack();
    const Found as_program(photographed(copied)), as_recorder(photographed(copied, PROF_MODULE_AGENT));
    const auto running = as_recorder.variables.running();
    REQUIRE(running.size() > 1);
    REQUIRE(running.size() == as_program.variables.running().size());
    for (const RunningFunction& function : running) {
        CHECK(function.is_recorder);
        CHECK(function.function == running.back().function);
    }
    for (const RunningFunction& function : as_program.variables.running()) CHECK_FALSE(function.is_recorder);
    CHECK(as_recorder.at(copied.thing).empty());  // it has no variables that anybody would look for
}

TEST_CASE("a stack whose pointers are not those of any program has no variables") {
    running::Copied copied = copied_stack();
    for (uint64_t& word : copied.stack) word = word > UINT32_MAX ? word * 3 : word;
    CHECK(Found(photographed(copied)).at(copied.thing).empty());
}

TEST_CASE("thread-local variables are found where their thread has them") {
    const Found found(photographed(copied_stack()));
    const auto is_current = [&](const ThreadVariable& variable) {
        return found.variables.text(variable.name) == "running::current_thing";
    };
    const auto current = std::ranges::find_if(found.variables.all(), is_current);
    REQUIRE(current != found.variables.all().end());
    CHECK(current->thread == thread);
    CHECK(current->address >= storage_at);
    CHECK(current->size_bytes == 8);
    CHECK(found.book.name(current->type) == "running::Thing*");
    CHECK(found.at(current->address) == "running::current_thing");
}

TEST_CASE("a cache of local variables that is damaged, of other files, or cut is none") {
    ModuleLocals locals;
    locals.addresses = {16, 32};
    locals.ends = {1, 1};
    locals.functions = {locals.texts.intern("serve()"), StringId()};
    LocalVariable session;
    session.name = locals.texts.intern("session");
    session.type = DebugTypeId(size_t{3});
    locals.variables.push_back(session);
    const CallCacheKey key = {42, 4};
    const std::string good = packed(locals, key);
    const auto again = unpacked_locals(good, key);
    REQUIRE(again);
    CHECK(again->texts.text(again->variables[0].name) == "session");
    CHECK(again->addresses == locals.addresses);
    CHECK_FALSE(unpacked_locals(good, {43, 4}));
    CHECK_FALSE(unpacked_locals(packed(locals, {42, 3}), {42, 3}));  // a type that there is not
    for (const size_t size : {size_t{0}, size_t{7}, size_t{60}, good.size() - 1})
        CHECK_FALSE(unpacked_locals(good.substr(0, size), key));
    for (size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        CHECK_FALSE(unpacked_locals(bad, key));
    }
}
