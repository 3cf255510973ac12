// SPDX-License-Identifier: MIT
//
// See pprof.h. Addresses are those of calls: a return address minus one lies within the call before it, which is what
// a reader of the profile expects that looks an address up.
//
// Side: heap, floor 7 (export).
#include "export/pprof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "analyze/domains.h"
#include "analyze/groups.h"
#include "analyze/threads.h"
#include "base/units.h"
#include "export/gzip.h"
#include "export/pprof_message.h"

namespace heapkit::exports {
namespace {

using analyze::Total;
using Values = std::array<int64_t, 4>;  // alloc_objects, alloc_space, inuse_objects, inuse_space

constexpr uint64_t address_mask = (uint64_t{1} << 48) - 1;
constexpr unsigned generation_shift = 48;
constexpr uint32_t executable_permission = 4;

// What pprof takes away at the leaf: C++'s way to malloc.
constexpr std::string_view allocator_frames =
    R"(operator new(\[\])?|std::(__new_)?allocator(_traits)?<.*>::allocate|__gnu_cxx::new_allocator<.*>::allocate)";

class Places {
   public:
    Places(const Heap& heap, PprofMessage& message) : heap_(heap), message_(message) {
        // The main binary comes first.
        for (const bool wants_executable : {true, false})
            for (size_t module = 0; module < modules().size(); ++module)
                if (is_executable(module) == wants_executable) add_mapping(module);
    }

    // Location ids of a stack, the leaf first.
    std::span<const uint64_t> of(StackId stack) {
        ids_.clear();
        for (uint32_t node = heap_.snapshot().stacks()[stack.index()].node; node != 0;
             node = heap_.snapshot().node_parent()[node])
            ids_.push_back(location_of(node));
        if (ids_.empty()) ids_.push_back(unknown());
        return ids_;
    }

    size_t locations() const noexcept { return location_of_pc_.size(); }
    size_t functions() const noexcept { return functions_; }

   private:
    std::span<const prof_module> modules() const { return heap_.snapshot().modules(); }
    bool is_executable(size_t module) const { return (modules()[module].flags & PROF_MODULE_EXECUTABLE) != 0; }

    // The mapping that holds the module's code says how far into the file it begins.
    void add_mapping(size_t index) {
        const prof_module& module = modules()[index];
        PprofMessage::Mapping mapping{.start = module.start, .end = module.end};
        for (const prof_map& map : heap_.snapshot().maps()) {
            if ((map.permissions & executable_permission) == 0 || map.start < module.start || map.end > module.end)
                continue;
            mapping.start = map.start, mapping.end = map.end, mapping.file_offset = map.file_offset;
            break;
        }
        using Source = symbols::ModuleSymbols::Source;
        const auto& known = heap_.frames().modules();
        const Source source = index < known.size() ? known[index].source : Source::none;
        std::string build_id;
        for (uint32_t byte = 0; byte < std::min<uint32_t>(module.build_id_bytes, PROF_BUILD_ID_BYTES); ++byte)
            build_id += fmt::format("{:02x}", module.build_id[byte]);
        const std::string_view path = heap_.snapshot().string(module.path);
        mapping.file = path.empty() ? std::string_view("[vdso]") : path;
        mapping.build_id = build_id;
        mapping.has_functions = true;  // a function without a symbol has the name that we give it
        mapping.has_lines = source == Source::debug_information;
        mapping_of_module_[index] = message_.mapping(mapping);
    }

    uint64_t mapping_at(uint64_t pc, uint64_t generation) const {
        for (size_t index = 0; index < modules().size(); ++index) {
            const prof_module& module = modules()[index];
            if (pc >= module.start && pc < module.end && module.first_generation <= generation &&
                generation <= module.last_generation)
                return mapping_of_module_.at(index);
        }
        return 0;
    }

    uint64_t function(std::string_view name, std::string_view file) {
        const uint64_t id = message_.function(name, file);
        functions_ = std::max<size_t>(functions_, id);
        return id;
    }

    uint64_t location_of(uint32_t node) {
        const uint64_t pc = heap_.snapshot().node_pc()[node];
        const auto [entry, is_new] = location_of_pc_.try_emplace(pc, 0);
        if (!is_new) return entry->second;
        const symbols::Frames& frames = heap_.frames();
        std::vector<PprofMessage::Line> lines;
        for (const symbols::LocationId each : frames.at(NodeId(node))) {
            const symbols::Location& location = frames.location(each);
            lines.push_back({.function = function(frames.text(location.function), frames.text(location.file)),
                             .line = static_cast<int64_t>(location.line)});
        }
        const uint64_t address = (pc & address_mask) - 1;
        return entry->second = message_.location(mapping_at(address, pc >> generation_shift), address, lines);
    }

    uint64_t unknown() {
        const auto [entry, is_new] = location_of_pc_.try_emplace(0, 0);
        if (!is_new) return entry->second;
        const std::array<PprofMessage::Line, 1> line = {{{.function = function("<unknown>", ""), .line = 0}}};
        return entry->second = message_.location(0, 0, line);
    }

    const Heap& heap_;
    PprofMessage& message_;
    std::unordered_map<size_t, uint64_t> mapping_of_module_;
    std::unordered_map<uint64_t, uint64_t> location_of_pc_;  // with its generation; 0: unknown
    std::vector<uint64_t> ids_;
    size_t functions_ = 0;
};

struct Key {
    uint32_t stack, type, thread;
    auto operator<=>(const Key&) const = default;
};

std::vector<std::pair<Key, Total>> live_groups(const Heap& heap, const PprofOptions& options,
                                               const analyze::ThreadOfBlock& threads) {
    const read::Blocks& blocks = heap.blocks();
    std::map<Key, Total> totals;
    for (size_t index = 0; index < blocks.count(); ++index) {
        const BlockId block(index);
        const uint32_t type = options.with_types ? heap.types().of(block).value : 0;
        totals[{blocks.stack[index], type, static_cast<uint32_t>(threads.of(block))}] +=
            analyze::counted(blocks, block);
    }
    return {totals.begin(), totals.end()};
}

std::vector<std::string> comments_of(const Heap& heap) {
    const prof_process& process = heap.snapshot().process();
    std::vector<std::string> comments = {fmt::format("heapkit {}: snapshot {} of {} (pid {})", HEAPKIT_VERSION,
                                                     process.snapshot_number, heap.snapshot().program(), process.pid)};
    if (process.sample_bytes != 0)
        comments.push_back(fmt::format("Estimated from a sample of 1 in {}.",
                                       size_to_text(static_cast<int64_t>(process.sample_bytes))));
    if (!heap.snapshot().has_blocks()) comments.emplace_back("The process died suddenly: counters of stacks alone.");
    return comments;
}

class Writer {
   public:
    Writer(const Heap& heap, const PprofOptions& options)
        : heap_(heap), options_(options), places_(heap, message_), threads_(heap), domains_(heap) {
        for (const char* const what : {"alloc", "inuse"}) {
            message_.sample_type(fmt::format("{}_objects", what), "count");
            message_.sample_type(fmt::format("{}_space", what), "bytes");
        }
    }

    Result<Pprof> write() {
        add_counters();
        if (heap_.snapshot().has_blocks())
            for (const auto& [key, total] : live_groups(heap_, options_, threads_)) add_live(key, total);
        const prof_process& process = heap_.snapshot().process();
        const std::string message =
            message_.finish({.time_ns = static_cast<int64_t>(process.snapshot_unix_ns),
                             .duration_ns = static_cast<int64_t>(process.elapsed_ns),
                             .period = static_cast<int64_t>(std::max<uint64_t>(process.sample_bytes, 1)),
                             .period_type = "space",
                             .period_unit = "bytes",
                             .default_sample_type = "inuse_space",
                             .drop_frames = allocator_frames,
                             .comments = comments_of(heap_)});
        auto file = gzipped(message);
        if (!file) return file.error();
        return Pprof{.file = *std::move(file),
                     .samples = samples_,
                     .locations = places_.locations(),
                     .functions = places_.functions()};
    }

   private:
    // What stacks did in all; of a process that died suddenly also what lived.
    void add_counters() {
        const auto stacks = heap_.snapshot().stacks();
        for (size_t index = 0; index < stacks.size(); ++index) {
            const prof_stack& stack = stacks[index];
            Values values = {static_cast<int64_t>(stack.allocated_blocks), static_cast<int64_t>(stack.allocated_bytes),
                             0, 0};
            if (!heap_.snapshot().has_blocks()) {
                values[2] = static_cast<int64_t>(stack.allocated_blocks - stack.freed_blocks);
                values[3] = static_cast<int64_t>(stack.allocated_bytes - stack.freed_bytes);
            }
            if (values == Values{}) continue;
            labels_.clear();
            label_domain(StackId(index));
            add(StackId(index), values);
        }
    }

    void add_live(const Key& key, const Total& total) {
        labels_.clear();
        labels_.push_back(
            {.key = "bytes", .number = total.bytes / std::max<int64_t>(total.blocks, 1), .unit = "bytes"});
        if (options_.with_types)
            labels_.push_back({.key = "type", .text = heap_.types().type(types::TypeId(key.type)).name});
        const std::string thread = threads_.name(key.thread);
        labels_.push_back({.key = "thread", .text = thread});
        label_domain(StackId(key.stack));
        add(StackId(key.stack), {0, 0, total.blocks, total.bytes});
    }

    void label_domain(StackId stack) {
        if (domains_.of(stack) != 0) labels_.push_back({.key = "domain", .text = domains_.path(domains_.of(stack))});
    }

    void add(StackId stack, const Values& values) {
        message_.sample(places_.of(stack), values, labels_);
        ++samples_;
    }

    const Heap& heap_;
    const PprofOptions& options_;
    PprofMessage message_;
    Places places_;
    analyze::ThreadOfBlock threads_;
    analyze::Domains domains_;
    std::vector<PprofMessage::Label> labels_;
    size_t samples_ = 0;
};

}  // namespace

Result<Pprof> pprof_of(const Heap& heap, const PprofOptions& options) { return Writer(heap, options).write(); }

}  // namespace heapkit::exports
