// SPDX-License-Identifier: MIT
//
// Names of roots.
//
// Side: heap, floor 5 (refs).
#include "refs/roots.h"

#include <fmt/format.h>
#include <array>

namespace heapkit::refs {
namespace {

// By their numbers in DWARF for x86-64 (System V ABI, figure 3.36).
constexpr std::array register_names = {"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8",
                                       "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip"};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string global_name(const read::Snapshot& snapshot, const prof_root& root, uint64_t offset_bytes) {
    const prof_module& module = snapshot.modules()[root.owner];
    return fmt::format("{}+{:#x}", last_part(snapshot.string(module.path)), root.address + offset_bytes - module.bias);
}

std::string stack_name(const prof_thread& thread, uint64_t address) {
    const bool is_above_pointer = thread.stack_pointer != 0 && thread.stack_pointer <= address;
    const uint64_t from = is_above_pointer ? thread.stack_pointer : thread.stack_start;
    const std::string name = fmt::format("stack of {}", name_of_thread(thread));
    return from <= address ? fmt::format("{}+{:#x}", name, address - from) : name;
}

std::string register_name(const prof_thread& thread, uint64_t offset_bytes) {
    const uint64_t number = offset_bytes / sizeof(uint64_t);
    return fmt::format("register {} of {}", name_of_register(number), name_of_thread(thread));
}

std::string mapping_name(const read::Snapshot& snapshot, const prof_root& root, uint64_t offset_bytes) {
    const prof_map& map = snapshot.maps()[root.owner];
    const std::string_view path = last_part(snapshot.string(map.path));
    return fmt::format("{}+{:#x}", path.empty() ? fmt::format("mapping at {:#x}", map.start) : path,
                       root.address + offset_bytes - map.start);
}

}  // namespace

std::string name_of_thread(const prof_thread& thread) {
    return fmt::format("{} (tid {})", thread.name[0] == '\0' ? "thread" : thread.name, thread.tid);
}

std::string name_of_register(uint64_t number) {
    return number < register_names.size() ? register_names[number] : std::to_string(number);
}

std::string name_of(const read::Snapshot& snapshot, const prof_root& root, uint64_t offset_bytes) {
    const auto thread = [&]() -> const prof_thread& { return snapshot.threads()[root.owner]; };
    switch (root.kind) {
        case PROF_ROOT_GLOBALS:
            return global_name(snapshot, root, offset_bytes);
        case PROF_ROOT_STACK:
            return stack_name(thread(), root.address + offset_bytes);
        case PROF_ROOT_REGISTERS:
            return register_name(thread(), offset_bytes);
        case PROF_ROOT_TLS:
            return fmt::format("thread-local of {}+{:#x}", name_of_thread(thread()), offset_bytes);
        case PROF_ROOT_IN_FLIGHT:
            return fmt::format("in flight in {}", name_of_thread(thread()));
        case PROF_ROOT_DECLARED:
            return offset_bytes == 0 ? fmt::format("{} (declared)", snapshot.string(root.owner))
                                     : fmt::format("{} (declared)+{:#x}", snapshot.string(root.owner), offset_bytes);
        case PROF_ROOT_MAPPING:
            return mapping_name(snapshot, root, offset_bytes);
        default:
            return fmt::format("memory at {:#x}", root.address + offset_bytes);
    }
}

std::string_view kind_of(const prof_root& root) noexcept {
    switch (root.kind) {
        case PROF_ROOT_GLOBALS:
            return "global";
        case PROF_ROOT_STACK:
            return "stack";
        case PROF_ROOT_REGISTERS:
            return "register";
        case PROF_ROOT_TLS:
            return "thread-local";
        case PROF_ROOT_IN_FLIGHT:
            return "in flight";
        case PROF_ROOT_DECLARED:
            return "declared";
        case PROF_ROOT_MAPPING:
            return "mapping";
        default:
            return "root";
    }
}

}  // namespace heapkit::refs
