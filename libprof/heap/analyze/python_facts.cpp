// SPDX-License-Identifier: MIT
//
// See python_facts.h.
//
// Side: heap, floor 7 (analyze).
#include "analyze/python_facts.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/units.h"

namespace heapkit::analyze {
namespace {

std::string why_not(uint32_t state) {
    switch (state) {
        case PROF_PYTHON_NOT_STARTED:
            return "it was not running";
        case PROF_PYTHON_VERSION:
            return "3.8 to 3.13 are known";
        case PROF_PYTHON_BUILD:
            return "it is a free-threaded build, or one that traces references";
        default:
            return "its collector's lists could not be followed";
    }
}

std::string version_of(const Heap& heap, const read::Python& python) {
    return std::string(heap.snapshot().string(python.facts.version_text));
}

}  // namespace

std::string python_text(const Heap& heap) {
    const auto python = heap.snapshot().python();
    if (!python || !python->is_there) return "";
    const std::string version = version_of(heap, *python);
    if (!python->has_objects()) return fmt::format("{}, without objects: {}", version, why_not(python->facts.state));
    const auto tracked = std::ranges::count_if(
        python->objects, [](const prof_python_object& object) { return (object.flags & PROF_PYTHON_TRACKED) != 0; });
    return fmt::format("{}, {} objects, of which its collector tracks {}", version,
                       count_to_text(static_cast<int64_t>(python->objects.size())), count_to_text(tracked));
}

std::string python_doubt(const Heap& heap) {
    const auto python = heap.snapshot().python();
    if (!python) return python.error().what + ".";
    if (!python->is_there || python->facts.state == PROF_PYTHON_NOT_STARTED) return "";
    const std::string version = version_of(heap, *python);
    if (!python->has_objects())
        return fmt::format("The objects of Python {} are not known: {}.", version, why_not(python->facts.state));
    if ((python->facts.flags & PROF_PYTHON_CUT) != 0)
        return fmt::format("Time or memory ran out while the objects of Python {} were read: references are missing.",
                           version);
    if (python->facts.damaged_objects != 0)
        return fmt::format("{} of Python's objects could not be read whole: references are missing.",
                           count_to_text(static_cast<int64_t>(python->facts.damaged_objects)));
    if ((python->facts.flags & PROF_PYTHON_COLLECTING) != 0)
        return "Python was in the middle of a collection: what that had put aside may be missing.";
    if ((python->facts.flags & PROF_PYTHON_SUBINTERPRETERS) != 0)
        return "Python has several interpreters: only the main one's objects are known.";
    return "";
}

}  // namespace heapkit::analyze
