// SPDX-License-Identifier: MIT
//
// The builder behind snapshot_writer.h: collects rows, and lays them out as format.h says.
//
// Side: tests.
#include "snapshot_writer.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace heapkit::tests {
namespace {

constexpr uint64_t heap_start = 0x5555'0000'0000;
constexpr uint64_t main_slot = 1;
constexpr uint64_t second_ns = 1'000'000'000;

void require(bool holds, const char* why) {
    if (!holds) throw std::logic_error(std::string("snapshot_writer: ") + why);
}

// Lays sections one after the other behind the header.
class Layout {
   public:
    Layout() { file_.resize(sizeof(prof_header)); }

    template <typename T>
    void add(prof_section_id id, const std::vector<T>& column) {
        pad();
        prof_section section = {};
        section.id = id;
        section.element_bytes = sizeof(T);
        section.offset = file_.size();
        section.element_count = column.size();
        sections_.push_back(section);
        append(column.data(), column.size() * sizeof(T));
    }

    Bytes finish() {
        pad();
        prof_header header = {};
        std::memcpy(header.magic, PROF_MAGIC, sizeof(header.magic));
        header.version_major = PROF_VERSION_MAJOR;
        header.version_minor = PROF_VERSION_MINOR;
        header.header_bytes = sizeof(prof_header);
        header.byte_order = PROF_BYTE_ORDER;
        header.machine = EM_X86_64;
        header.word_bytes = 8;
        header.section_count = static_cast<uint32_t>(sections_.size());
        header.section_entry_bytes = sizeof(prof_section);
        header.section_table_offset = file_.size();
        append(sections_.data(), sections_.size() * sizeof(prof_section));
        header.file_bytes = file_.size();
        std::memcpy(file_.data(), &header, sizeof(header));
        reseal(file_);
        return std::move(file_);
    }

   private:
    void pad() {
        file_.resize((file_.size() + PROF_SECTION_ALIGNMENT - 1) / PROF_SECTION_ALIGNMENT * PROF_SECTION_ALIGNMENT);
    }

    void append(const void* data, size_t bytes) {
        const auto* from = static_cast<const unsigned char*>(data);
        if (bytes != 0) file_.insert(file_.end(), from, from + bytes);
    }

    Bytes file_;
    std::vector<prof_section> sections_;
};

void add_python(Layout& layout, const NewPython& python) {
    layout.add(PROF_SECTION_PYTHON, std::vector{python.facts});
    layout.add(PROF_SECTION_PYTHON_TYPES, python.types);
    layout.add(PROF_SECTION_PYTHON_OBJECTS, python.objects);
    layout.add(PROF_SECTION_PYTHON_REFERENCES, python.references);
    layout.add(PROF_SECTION_PYTHON_ROOTS, python.roots);
}

// The three columns of words, filled in order.
class WordColumns {
   public:
    std::vector<uint32_t> slot, value;
    std::vector<uint64_t> targets;

    void add_all(const std::map<uint32_t, std::map<uint32_t, Word>>& words_of, uint32_t owner) {
        const auto held = words_of.find(owner);
        if (held == words_of.end()) return;
        for (const auto& [index, word] : held->second)
            std::visit([&, at = index](const auto& content) { put(at, content); }, word);
    }

   private:
    void entry(uint32_t index, prof_word_kind kind, uint32_t held) {
        slot.push_back(index << PROF_WORD_KIND_BITS | static_cast<uint32_t>(kind));
        value.push_back(held);
    }
    uint32_t target(uint64_t address) {
        const auto [known, is_new] = target_of_.try_emplace(address, static_cast<uint32_t>(targets.size()));
        if (is_new) targets.push_back(address);
        return known->second;
    }
    void put(uint32_t index, Pointer pointer) {
        if (pointer.offset_bytes == 0) return entry(index, PROF_WORD_BLOCK, pointer.to.value);
        entry(index, PROF_WORD_INTERIOR, pointer.to.value);
        entry(static_cast<uint32_t>(pointer.offset_bytes >> 32), PROF_WORD_EXTRA,
              static_cast<uint32_t>(pointer.offset_bytes));
    }
    void put(uint32_t index, ModulePointer pointer) { entry(index, PROF_WORD_MODULE, target(pointer.address)); }
    void put(uint32_t index, StackPointer pointer) { entry(index, PROF_WORD_STACK, target(pointer.address)); }
    void put(uint32_t index, SelfPointer pointer) { entry(index, PROF_WORD_SELF, pointer.offset_bytes); }
    void put(uint32_t index, Integer integer) { entry(index, PROF_WORD_INTEGER, integer.value); }
    void put(uint32_t index, IntegerPair pair) {
        entry(index, PROF_WORD_PAIR, static_cast<uint32_t>(pair.high) << 16 | pair.low);
    }
    void put(uint32_t index, SignedPair pair) {
        entry(index, PROF_WORD_SIGNED_PAIR,
              static_cast<uint32_t>(static_cast<uint16_t>(pair.high)) << 16 | static_cast<uint16_t>(pair.low));
    }
    void put(uint32_t index, Flags flags) {
        entry(index, PROF_WORD_FLAGS, static_cast<uint32_t>(flags.byte_4) << 8 | flags.byte_0);
    }
    void put(uint32_t index, EndPointer pointer) { entry(index, PROF_WORD_END, pointer.of.value); }

    std::map<uint64_t, uint32_t> target_of_;
};

// The loaded module that holds an address, as the dynamic linker tells it.
struct Loaded {
    uint64_t address;
    NewModule module;
    bool found = false;
};

void read_build_id(const dl_phdr_info& info, const ElfW(Phdr) & segment, std::vector<uint8_t>& build_id) {
    const auto* at = reinterpret_cast<const unsigned char*>(info.dlpi_addr + segment.p_vaddr);
    const auto* end = at + segment.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
        ElfW(Nhdr) note;
        std::memcpy(&note, at, sizeof(note));
        const auto* name = at + sizeof(note);
        const auto* content = name + (note.n_namesz + 3) / 4 * 4;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
            build_id.assign(content, content + note.n_descsz);
        at = content + (note.n_descsz + 3) / 4 * 4;
    }
}

int look_at_module(dl_phdr_info* info, size_t, void* data) {
    auto& loaded = *static_cast<Loaded*>(data);
    NewModule module = {.path = info->dlpi_name, .start = UINT64_MAX, .end = 0, .bias = info->dlpi_addr};
    for (const ElfW(Phdr) & segment : std::vector(info->dlpi_phdr, info->dlpi_phdr + info->dlpi_phnum)) {
        if (segment.p_type == PT_NOTE) read_build_id(*info, segment, module.build_id);
        if (segment.p_type != PT_LOAD) continue;
        module.start = std::min(module.start, info->dlpi_addr + segment.p_vaddr);
        module.end = std::max(module.end, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
    }
    if (loaded.address < module.start || loaded.address >= module.end) return 0;
    if (module.path.empty()) module.path = std::filesystem::read_symlink("/proc/self/exe");
    loaded.module = std::move(module);
    loaded.found = true;
    return 1;
}

}  // namespace

SnapshotWriter::SnapshotWriter(std::string_view program) : strings_(1, '\0'), losses_(PROF_LOSS_COUNT) {
    process.run_id = 42;
    process.pid = 1000;
    process.parent_pid = 1;
    process.snapshot_number = 1;
    process.start_unix_ns = 1'700'000'000 * second_ns;
    process.elapsed_ns = second_ns;
    process.snapshot_unix_ns = process.start_unix_ns + process.elapsed_ns;
    process.program = string(program);
    process.executable = string("/bin/" + std::string(program));
    process.agent_version = string("0.1.0");
    process.libc_version = string("2.36");
    process.contents = PROF_CONTENTS_WORDS;
    process.page_bytes = 4096;
    module(NewModule{.path = "/bin/" + std::string(program)});
    has_default_module_ = true;
    thread(
        {.tid = 1000, .slot = main_slot, .name = std::string(program), .flags = PROF_THREAD_ALIVE | PROF_THREAD_MAIN});
    ticks_ = {{0, 0, 0, 0}, {second_ns, 0, 0, 1}};
    node_pc_ = {0};
    node_parent_ = {0};
    stacks_.resize(1);
}

uint32_t SnapshotWriter::string(std::string_view text) {
    if (text.empty()) return 0;
    const std::string whole = '\0' + std::string(text) + '\0';
    const size_t known = strings_.find(whole);
    if (known != std::string::npos) return static_cast<uint32_t>(known + 1);
    const size_t offset = strings_.size();
    strings_ += whole.substr(1);
    return static_cast<uint32_t>(offset);
}

ModuleId SnapshotWriter::module(const NewModule& module) {
    if (has_default_module_) modules_.clear();
    has_default_module_ = false;
    require(module.build_id.size() <= PROF_BUILD_ID_BYTES, "a build-id is at most 32 bytes");
    prof_module row = {};
    row.bias = module.bias;
    row.start = module.start;
    row.end = module.end;
    row.path = string(module.path);
    row.first_generation = module.first_generation;
    row.last_generation = module.last_generation;
    row.flags = module.flags;
    row.build_id_bytes = static_cast<uint32_t>(module.build_id.size());
    std::copy(module.build_id.begin(), module.build_id.end(), row.build_id);
    modules_.push_back(row);
    return ModuleId(modules_.size() - 1);
}

ModuleId SnapshotWriter::module_of(const void* address, uint32_t flags) {
    Loaded loaded = {.address = reinterpret_cast<uint64_t>(address), .module = {}};
    dl_iterate_phdr(look_at_module, &loaded);
    require(loaded.found, "no loaded module holds this address");
    loaded.module.flags |= flags;
    return module(loaded.module);
}

void SnapshotWriter::map(uint64_t start, uint64_t end, std::string_view path, uint32_t permissions) {
    maps_.push_back({start, end, 0, string(path), permissions});
}

size_t SnapshotWriter::thread(const NewThread& thread) {
    prof_thread row = {};
    row.tid = thread.tid;
    row.slot = thread.slot;
    row.flags = thread.flags;
    row.first_tick = thread.first_tick;
    row.last_tick = thread.last_tick;
    row.stack_start = thread.stack_start;
    row.stack_end = thread.stack_end;
    row.stack_pointer = thread.stack_pointer;
    row.program_counter = thread.program_counter;
    thread.name.copy(row.name, sizeof(row.name) - 1);
    threads_.push_back(row);
    return threads_.size() - 1;
}

void SnapshotWriter::thread_storage(size_t thread, ModuleId module, uint64_t address, uint64_t bytes) {
    thread_storage_.push_back({static_cast<uint32_t>(thread), module.value, address, bytes});
}

uint32_t SnapshotWriter::tick(uint64_t elapsed_ns, uint64_t live_bytes, uint32_t live_blocks, uint32_t snapshots) {
    if (has_default_ticks_) ticks_.clear();
    has_default_ticks_ = false;
    ticks_.push_back({elapsed_ns, live_bytes, live_blocks, snapshots});
    return static_cast<uint32_t>(ticks_.size() - 1);
}

NodeId SnapshotWriter::node(NodeId caller, uint64_t pc) {
    const auto [known, is_new] = node_of_.try_emplace({caller.value, pc}, NodeId(node_pc_.size()));
    if (is_new) {
        node_pc_.push_back(pc);
        node_parent_.push_back(caller.value);
    }
    return known->second;
}

StackId SnapshotWriter::stack(const std::vector<uint64_t>& innermost_first, uint32_t flags) {
    NodeId at;
    for (auto pc = innermost_first.rbegin(); pc != innermost_first.rend(); ++pc) at = node(at, *pc);
    const auto [known, is_new] = stack_of_.try_emplace({at.value, flags}, StackId(stacks_.size()));
    if (is_new) {
        prof_stack row = {};
        row.node = at.value;
        row.flags = flags;
        stacks_.push_back(row);
    }
    return known->second;
}

uint32_t SnapshotWriter::declare(const NewDeclaredType& type) {
    if (declared_types_.empty()) declared_types_.push_back({});
    prof_declared_type row = {};
    row.bytes = type.size_bytes;
    row.name = string(type.name);
    row.flags = type.flags;
    row.fields_begin = static_cast<uint32_t>(declared_fields_.size());
    for (const NewDeclaredField& field : type.fields)
        declared_fields_.push_back(
            {field.offset, field.size_bytes, string(field.name), string(field.type), field.flags, 0});
    row.fields_end = static_cast<uint32_t>(declared_fields_.size());
    declared_types_.push_back(row);
    return static_cast<uint32_t>(declared_types_.size() - 1);
}

uint32_t SnapshotWriter::domain(std::string_view name, uint32_t parent) {
    if (domains_.empty()) domains_.push_back({});
    domains_.push_back({string(name), parent});
    return static_cast<uint32_t>(domains_.size() - 1);
}

StackId SnapshotWriter::tagged(StackId stack, const NewTag& tag) {
    const uint64_t pc =
        uint64_t{PROF_GENERATION_TAG} << 48 | uint64_t{tag.domain} << PROF_TAG_DOMAIN_SHIFT | uint64_t{tag.type};
    const NodeId leaf = node(NodeId(stacks_[stack.index()].node), pc);
    const uint32_t flags = stacks_[stack.index()].flags;
    const auto [known, is_new] = stack_of_.try_emplace({leaf.value, flags}, StackId(stacks_.size()));
    if (is_new) {
        prof_stack row = {};
        row.node = leaf.value;
        row.flags = flags;
        stacks_.push_back(row);
    }
    return known->second;
}

void SnapshotWriter::freed(StackId stack, uint64_t blocks, uint64_t bytes) {
    prof_stack& row = counters(stack);
    row.allocated_blocks += blocks;
    row.allocated_bytes += bytes;
    row.freed_blocks += blocks;
    row.freed_bytes += bytes;
}

BlockId SnapshotWriter::block(const NewBlock& block) {
    // The slack of what is left of a pool reaches over others.
    uint64_t last_end = 0, free_from = heap_start;
    if (!blocks_.empty()) {
        last_end = blocks_.back().address + std::max<uint64_t>(1, blocks_.back().size_bytes);
        free_from = std::max(last_end, blocks_.back().address + blocks_.back().size_bytes + blocks_.back().slack_bytes);
    }
    blocks_.push_back(block);
    uint64_t& address = blocks_.back().address;
    if (address == 0) address = (free_from + 15) / 16 * 16;
    require(address >= last_end, "blocks are added by ascending address");
    require(block.stack.index() < stacks_.size(), "the block's stack does not exist");
    return BlockId(blocks_.size() - 1);
}

std::vector<BlockId> SnapshotWriter::blocks(size_t count, const NewBlock& like) {
    std::vector<BlockId> made;
    for (size_t i = 0; i < count; ++i) made.push_back(block(like));
    return made;
}

void SnapshotWriter::word(BlockId block, uint64_t offset_bytes, const Word& word) {
    require(offset_bytes % 8 == 0, "words stand at multiples of 8");
    block_words_[block.value][static_cast<uint32_t>(offset_bytes / 8)] = word;
}

RootId SnapshotWriter::root(prof_root_kind kind, uint32_t owner, uint64_t address, uint64_t bytes) {
    roots_.push_back({static_cast<uint32_t>(kind), owner, address, bytes, 0, 0});
    return RootId(roots_.size() - 1);
}

void SnapshotWriter::word(RootId root, uint64_t offset_bytes, const Word& word) {
    require(offset_bytes % 8 == 0, "words stand at multiples of 8");
    root_words_[root.value][static_cast<uint32_t>(offset_bytes / 8)] = word;
}

std::vector<prof_stack> SnapshotWriter::stacks_with_live_blocks() const {
    std::vector<prof_stack> live(stacks_.size());
    for (const NewBlock& block : blocks_) {
        live[block.stack.index()].allocated_bytes += block.size_bytes;
        live[block.stack.index()].allocated_blocks += 1;
    }
    std::vector<prof_stack> stacks = stacks_;
    for (size_t i = 0; i < stacks.size(); ++i) {
        stacks[i].allocated_bytes += live[i].allocated_bytes;
        stacks[i].allocated_blocks += live[i].allocated_blocks;
        stacks[i].peak_bytes = std::max(stacks[i].peak_bytes, live[i].allocated_bytes);
        stacks[i].peak_blocks = std::max(stacks[i].peak_blocks, static_cast<uint32_t>(live[i].allocated_blocks));
    }
    return stacks;
}

prof_process SnapshotWriter::process_with_totals(const std::vector<prof_stack>& stacks) const {
    prof_stack sum = {};
    for (const prof_stack& stack : stacks) {
        sum.allocated_bytes += stack.allocated_bytes;
        sum.allocated_blocks += stack.allocated_blocks;
        sum.peak_bytes += stack.peak_bytes;
        sum.peak_blocks += stack.peak_blocks;
    }
    uint64_t live_bytes = 0;
    for (const NewBlock& block : blocks_) live_bytes += block.size_bytes;
    prof_process totals = process;
    const auto fill = [](auto& total, uint64_t value) {
        if (total == 0) total = static_cast<std::remove_reference_t<decltype(total)>>(value);
    };
    fill(totals.live_bytes, live_bytes);
    fill(totals.live_blocks, blocks_.size());
    fill(totals.allocated_bytes, sum.allocated_bytes);
    fill(totals.allocated_blocks, sum.allocated_blocks);
    fill(totals.peak_bytes, sum.peak_bytes);
    fill(totals.peak_blocks, sum.peak_blocks);
    fill(totals.thread_count, threads_.size());
    fill(totals.current_tick, ticks_.size() - 1);
    return totals;
}

void SnapshotWriter::pages(uint64_t start, std::string_view states) {
    constexpr std::string_view letters = "-rs?";  // by prof_page_state
    page_ranges_.push_back({.start = start, .page_count = states.size(), .states_begin = page_states_.size()});
    for (size_t page = 0; page < states.size(); ++page) {
        const size_t state = letters.find(states[page]), place = page % 4 * PROF_PAGE_STATE_BITS;
        require(state != std::string_view::npos, "a page is one of \"-rs?\"");
        if (place == 0) page_states_.push_back(0);
        page_states_.back() = static_cast<uint8_t>(page_states_.back() | state << place);
    }
}

Bytes SnapshotWriter::bytes() const {
    std::vector<uint64_t> address, size, hash;
    std::vector<uint32_t> stack, birth, slack, words_end;
    WordColumns words;
    for (uint32_t i = 0; i < blocks_.size(); ++i) {
        const NewBlock& block = blocks_[i];
        address.push_back(block.address);
        size.push_back(block.size_bytes | static_cast<uint64_t>(block.thread) << 48);
        stack.push_back(block.stack.value);
        birth.push_back(block.birth);
        slack.push_back(block.slack_bytes);
        hash.push_back(block.hash);
        words.add_all(block_words_, i);
        words_end.push_back(static_cast<uint32_t>(words.slot.size()));
    }
    std::vector<prof_root> roots = roots_;
    for (uint32_t i = 0; i < roots.size(); ++i) {
        roots[i].words_begin = words.slot.size();
        words.add_all(root_words_, i);
        roots[i].words_end = words.slot.size();
    }
    const std::vector<prof_stack> stacks = stacks_with_live_blocks();

    Layout layout;
    layout.add(PROF_SECTION_PROCESS, std::vector{process_with_totals(stacks)});
    layout.add(PROF_SECTION_STRINGS, std::vector(strings_.begin(), strings_.end()));
    layout.add(PROF_SECTION_MODULES, modules_);
    layout.add(PROF_SECTION_MAPS, maps_);
    layout.add(PROF_SECTION_THREADS, threads_);
    layout.add(PROF_SECTION_THREAD_STORAGE, thread_storage_);
    layout.add(PROF_SECTION_TIMELINE, ticks_);
    layout.add(PROF_SECTION_NODE_PC, node_pc_);
    layout.add(PROF_SECTION_NODE_PARENT, node_parent_);
    layout.add(PROF_SECTION_STACKS, stacks);
    layout.add(PROF_SECTION_BLOCK_ADDRESS, address);
    layout.add(PROF_SECTION_BLOCK_SIZE, size);
    layout.add(PROF_SECTION_BLOCK_STACK, stack);
    layout.add(PROF_SECTION_BLOCK_BIRTH, birth);
    layout.add(PROF_SECTION_BLOCK_SLACK, slack);
    layout.add(PROF_SECTION_BLOCK_WORDS_END, words_end);
    layout.add(PROF_SECTION_WORD_SLOT, words.slot);
    layout.add(PROF_SECTION_WORD_VALUE, words.value);
    layout.add(PROF_SECTION_WORD_TARGETS, words.targets);
    layout.add(PROF_SECTION_ROOTS, roots);
    if (!pools_.empty()) layout.add(PROF_SECTION_POOLS, pools_);
    if (!declared_types_.empty()) {
        layout.add(PROF_SECTION_DECLARED_TYPES, declared_types_);
        layout.add(PROF_SECTION_DECLARED_FIELDS, declared_fields_);
    }
    if (!domains_.empty()) layout.add(PROF_SECTION_DOMAINS, domains_);
    layout.add(PROF_SECTION_LOSSES, losses_);
    if (!page_ranges_.empty()) {
        layout.add(PROF_SECTION_PAGE_RANGES, page_ranges_);
        layout.add(PROF_SECTION_PAGE_STATES, page_states_);
    }
    const bool has_hashes = std::any_of(hash.begin(), hash.end(), [](uint64_t one) { return one != PROF_HASH_NONE; });
    if (has_hashes) layout.add(PROF_SECTION_BLOCK_HASH, hash);
    if (process.sample_bytes != 0) {
        std::vector<uint32_t> weights;
        for (const NewBlock& block : blocks_) weights.push_back(block.weight);
        layout.add(PROF_SECTION_BLOCK_WEIGHT, weights);
    }
    if (python.is_there) add_python(layout, python);
    return layout.finish();
}

void SnapshotWriter::write(const std::filesystem::path& path) const { write_file(path, bytes()); }

namespace {

prof_header& header_of(Bytes& file) { return *reinterpret_cast<prof_header*>(file.data()); }

}  // namespace

prof_section& section_of(Bytes& file, prof_section_id id) {
    auto* sections = reinterpret_cast<prof_section*>(file.data() + header_of(file).section_table_offset);
    for (uint32_t i = 0; i < header_of(file).section_count; ++i)
        if (sections[i].id == static_cast<uint32_t>(id)) return sections[i];
    throw std::logic_error("section_of: the file has no such section");
}

void reseal(Bytes& file) {
    prof_header& header = header_of(file);
    auto* sections = reinterpret_cast<prof_section*>(file.data() + header.section_table_offset);
    for (uint32_t i = 0; i < header.section_count; ++i) {
        prof_section& section = sections[i];
        const uint64_t bytes = section.element_bytes * section.element_count;
        if (section.offset <= file.size() && bytes <= file.size() - section.offset)
            section.checksum = prof_checksum(file.data() + section.offset, bytes);
    }
    header.section_table_checksum = prof_checksum(sections, header.section_count * sizeof(prof_section));
    header.header_checksum = prof_checksum(&header, offsetof(prof_header, header_checksum));
}

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace heapkit::tests
