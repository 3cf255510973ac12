// SPDX-License-Identifier: MIT
//
// The interpreter's part of a snapshot. Side: agent, floor 4 (python). See python.h.
#include <new>

#include "base/arena.h"
#include "base/text.h"
#include "python/allocators.h"
#include "python/arenas.h"
#include "python/memory.h"
#include "python/python.h"
#include "python/walk.h"
#include "snapshot/faults.h"
#include "snapshot/guest.h"

namespace prof::python {

namespace {

namespace faults = snapshot::faults;
using snapshot::Writer;

constexpr uint64_t most_ns = 20'000'000'000;

// ---- Whether it can be read ----------------------------------------------------------------------------------------

struct Question {
    const Interpreter& python;
    prof_python& facts;
};

// Its objects begin with a count and a type, and the class of all classes is its own.
bool is_known_build(const Interpreter& python) noexcept { return type_of(python.type_type) == python.type_type; }

long ask(void* argument) {
    auto& [python, facts] = *static_cast<Question*>(argument);
    facts.state = PROF_PYTHON_READ;
    // From the first moment of shutting down it says that it is not initialised; its objects are all still there.
    const bool is_finalizing = python.is_finalizing != nullptr && python.is_finalizing() != 0;
    if (is_finalizing) facts.flags |= PROF_PYTHON_FINALIZING;
    if ((python.is_initialized() == 0 && !is_finalizing) || python.main_interpreter() == nullptr) {
        facts.state = PROF_PYTHON_NOT_STARTED;
    } else if (python.layout == nullptr) {
        facts.state = PROF_PYTHON_VERSION;
    } else if (!is_known_build(python)) {
        facts.state = PROF_PYTHON_BUILD;
    }
    if (facts.state == PROF_PYTHON_READ && python.next_interpreter(python.first_interpreter()) != nullptr)
        facts.flags |= PROF_PYTHON_SUBINTERPRETERS;
    return 0;
}

uint32_t version_text(Writer& writer, uint32_t version) noexcept {
    Text<32> text;
    text.add_number(version >> 24).add('.').add_number(version >> 16 & 0xff).add('.').add_number(version >> 8 & 0xff);
    return writer.strings.add(text.c_str());
}

// ---- Reading it ----------------------------------------------------------------------------------------------------

struct Reading {
    Walk& walk;
    prof_python& facts;
};

long read_all(void* argument) {
    auto& [walk, facts] = *static_cast<Reading*>(argument);
    if (!list_tracked(walk)) return facts.state = PROF_PYTHON_NO_COLLECTOR, 0;
    list_roots(walk);
    follow(walk);
    return 0;
}

void name_class_objects(Walk& walk) noexcept {
    Growing<prof_python_type>& rows = walk.classes.rows();
    for (uint32_t i = 1; i < rows.size(); ++i) {
        const uint32_t object = walk.object_at.find(walk.classes.at(i - 1).address);
        rows[i].object = object == Addresses::none ? PROF_PYTHON_NONE : object;
    }
}

template <class Row>
void put(Writer& writer, prof_section_id id, const Growing<Row>& rows) noexcept {
    writer.output.put(id, sizeof(Row), rows.data(), rows.size());
}

// References of roots stand behind those of the objects.
void put_all(Walk& walk) noexcept {
    const size_t first = walk.references.size();
    walk.references.append(walk.root_references.data(), walk.root_references.size());
    const size_t count = walk.references.size();
    for (prof_python_root& root : walk.roots) {
        root.references_begin = root.references_begin + first < count ? root.references_begin + first : count;
        root.references_end = root.references_end + first < count ? root.references_end + first : count;
    }
    name_class_objects(walk);
    put(walk.writer, PROF_SECTION_PYTHON_TYPES, walk.classes.rows());
    put(walk.writer, PROF_SECTION_PYTHON_OBJECTS, walk.objects);
    put(walk.writer, PROF_SECTION_PYTHON_REFERENCES, walk.references);
    put(walk.writer, PROF_SECTION_PYTHON_ROOTS, walk.roots);
}

void read_interpreter(Writer& writer, const Interpreter& python, prof_python& facts) noexcept {
    void* const place = arena::map(sizeof(Walk));
    if (place == nullptr) {
        facts.flags |= PROF_PYTHON_CUT;
        return;
    }
    auto& walk = *new (place) Walk(python, writer);
    Reading reading{walk, facts};
    if (faults::guarded(read_all, &reading) != 0) facts.state = PROF_PYTHON_NO_COLLECTOR;
    if (walk.is_collecting) facts.flags |= PROF_PYTHON_COLLECTING;
    if (walk.is_cut) facts.flags |= PROF_PYTHON_CUT;
    facts.damaged_objects = walk.damaged;
    if (facts.state == PROF_PYTHON_READ) put_all(walk);
}

void write(Writer& writer) noexcept {
    const Interpreter* const python = known_interpreter();
    if (python == nullptr || !writer.has_index) return;
    const uint64_t began_ns = snapshot::monotonic_ns();
    faults::catch_code(most_ns);
    prof_python facts{};
    facts.version = python->version;
    facts.version_text = version_text(writer, python->version);
    if (allocators::is_installed()) facts.flags |= PROF_PYTHON_POOLS_RECORDED;
    Question question{*python, facts};
    if (faults::guarded(ask, &question) != 0) facts.state = PROF_PYTHON_NO_COLLECTOR;
    if (facts.state == PROF_PYTHON_READ) read_interpreter(writer, *python, facts);
    faults::stop_the_clock();
    facts.read_ns = snapshot::monotonic_ns() - began_ns;
    writer.output.put(PROF_SECTION_PYTHON, sizeof facts, &facts, 1);
}

constexpr snapshot::Guest guest{.look = []() noexcept { find_interpreter(); },
                                .area_count = arenas::count,
                                .area = arenas::extent,
                                .owns = arenas::has,
                                .write = write};

}  // namespace

void start(void (*before_the_end)()) noexcept {
    snapshot::set_guest(guest);
    const Interpreter* const python = find_interpreter();
    if (python == nullptr || python->layout == nullptr || !is_known_build(*python)) return;
    const auto* const word = reinterpret_cast<const uintptr_t*>(python->runtime + python->layout->finalizing);
    allocators::install(python->layout->arena_bytes, {.word = word, .tell = before_the_end});
}

}  // namespace prof::python
