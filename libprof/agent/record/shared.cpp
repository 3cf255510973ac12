// SPDX-License-Identifier: MIT
//
// The memory of heapkit run: see shared.h.
//
// Side:    agent, floor 2 (record).
#include "shared.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/syscalls.h"
#include "base/text.h"
#include "counters.h"
#include "sampler.h"
#include "slot.h"
#include "tables.h"
#include "timeline.h"

namespace prof {

static_assert(sizeof(prof_shared) == PROF_SHARED_HEAD_BYTES);

alignas(PROF_SHARED_HEAD_BYTES) constinit prof_shared shared_page{
    .magic = {},
    .version = 0,
    .reserved_word = 0,
    .owner = 0,
    .state = PROF_SHARED_FREE,
    .parent_pid = 0,
    .threads = 0,
    .run_id = 0,
    .start_unix_ns = 0,
    .module_total = 0,
    .node_total = 0,
    .stack_total = 0,
    .cut = 0,
    .is_forked = 0,
    .without_slot = 0,
    .inherited_bytes = 0,
    .inherited_blocks = 0,
    .sample_bytes = 0,
    .reserved = {},
    .totals = {.live_bytes = 0,
               .peak_bytes = 0,
               .live_blocks = 0,
               .peak_blocks = 0,
               .epoch = 1,
               .saved = 0,
               .reserved = {}},  // a new stack, of epoch 0, has saved nothing
    .losses = {},
    .program = {},
    .executable = {},
    .unused = {}};

namespace shared {

constinit Columns columns{};

namespace {

constexpr size_t page_bytes = 4096;
constexpr size_t head_bytes = PROF_SHARED_HEAD_BYTES;
static_assert(head_bytes == page_bytes);

bool on = false;
const char* path = "";  // of the memory, once it was taken for such

// A page at each place of the slot that will be filled.
struct Reserved {
    Slot slot;
    char *modules, *leaves, *counters, *nodes;
};
constinit Reserved reserved{};
uint32_t is_filling = 0;  // by a thread, while another may end the process

counters::Stack* kept = nullptr;  // counters, then the head
size_t kept_bytes = 0;

char* head() noexcept { return reinterpret_cast<char*>(&shared_page); }

bool map_columns(int fd, uint64_t offset, const ColumnBytes& first) noexcept {
    return columns.modules.begin(fd, offset + PROF_SHARED_MODULES_OFFSET, first.modules) &&
           columns.leaves.begin(fd, offset + PROF_SHARED_LEAVES_OFFSET, first.leaves) &&
           columns.counters.begin(fd, offset + PROF_SHARED_COUNTERS_OFFSET, first.counters) &&
           columns.nodes.begin(fd, offset + PROF_SHARED_NODES_OFFSET, first.nodes);
}

// What is in our page goes into the slot, and the slot into the place of our page. The state comes last, when all is
// there.
bool move_head(const Slot& slot) noexcept {
    prof_shared& page = shared_page;
    const uint32_t state = page.state;
    page.state = PROF_SHARED_FREE;
    __builtin_memcpy(page.magic, PROF_SHARED_MAGIC, sizeof page.magic);
    page.version = PROF_SHARED_VERSION;
    page.owner = slot.head->owner;
    page.without_slot = __atomic_load_n(&slot.head->without_slot, __ATOMIC_RELAXED);
    __builtin_memcpy(static_cast<void*>(slot.head), &page, sizeof page);
    const bool done = sys::call(__NR_mremap, reinterpret_cast<long>(slot.head), head_bytes, head_bytes,
                                MREMAP_MAYMOVE | MREMAP_FIXED, reinterpret_cast<long>(head())) >= 0;
    set_state(static_cast<prof_shared_state>(state));
    return done;
}

void note_parent() noexcept { shared_page.parent_pid = static_cast<uint32_t>(sys::call(__NR_getppid)); }

bool take_slot(int fd, const ColumnBytes& first) noexcept {
    const Slot slot = claim_slot(fd);
    if (slot.head == nullptr) return false;
    note_parent();
    if (map_columns(fd, slot.offset, first) && move_head(slot)) return true;
    columns = {};
    give_back(slot);
    return false;
}

ColumnBytes bytes_of(const Used& used) noexcept {
    return {.modules = size_t{used.modules} * sizeof(prof_shared_module),
            .leaves = size_t{used.leaves} * sizeof(prof_shared_leaf),
            .counters = size_t{used.leaves} * sizeof(prof_shared_counters),
            .nodes = size_t{used.nodes} * sizeof(prof_shared_node)};
}

bool make_columns_private(const ColumnBytes& used) noexcept {
    return columns.modules.detach(used.modules) && columns.leaves.detach(used.leaves) &&
           columns.counters.detach(used.counters) && columns.nodes.detach(used.nodes);
}

bool map_pages(int fd, uint64_t offset) noexcept {
    const auto map = [&](uint64_t column) {
        return static_cast<char*>(
            sys::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset + column));
    };
    reserved.modules = map(PROF_SHARED_MODULES_OFFSET);
    reserved.leaves = map(PROF_SHARED_LEAVES_OFFSET);
    reserved.counters = map(PROF_SHARED_COUNTERS_OFFSET);
    reserved.nodes = map(PROF_SHARED_NODES_OFFSET);
    return reserved.modules != nullptr && reserved.leaves != nullptr && reserved.counters != nullptr &&
           reserved.nodes != nullptr;
}

// The mappings alone: in a forked child they are the parent's.
void drop_pages() noexcept {
    char* const pages[] = {reinterpret_cast<char*>(reserved.slot.head), reserved.modules, reserved.leaves,
                           reserved.counters, reserved.nodes};
    for (char* page : pages)
        if (page != nullptr) sys::munmap(page, page_bytes);
    reserved = {};
}

void put(char* to, size_t bytes, const char* from) noexcept {
    size_t at = 0;
    for (; from[at] != '\0' && at + 1 < bytes; ++at) to[at] = from[at];
    to[at] = '\0';
}

}  // namespace

bool start(const char* wanted, const ColumnBytes& first) noexcept {
    if (*wanted == '\0') return false;
    const int fd = sys::open(wanted, O_RDWR);
    if (fd < 0) return false;
    on = take_slot(fd, first);
    sys::close(fd);
    if (on) path = wanted;
    return on;
}

bool is_on() noexcept { return on; }

void set_state(prof_shared_state state) noexcept {
    __atomic_store_n(&shared_page.state, uint32_t{state}, __ATOMIC_RELEASE);
}

void set_names(const char* program, const char* executable, uint64_t run_id) noexcept {
    put(shared_page.program, sizeof shared_page.program, program);
    put(shared_page.executable, sizeof shared_page.executable, executable);
    shared_page.run_id = run_id;
    shared_page.sample_bytes = sampler::mean_bytes;
    shared_page.start_unix_ns = timeline::start_unix_ns();
}

bool detach(const Used& used) noexcept {
    if (!on) return true;
    on = false;
    return make_private(head(), head_bytes, head_bytes) && make_columns_private(bytes_of(used));
}

void reserve() noexcept {
    drop_pages();  // of the parent, whose slot stays what it is
    is_filling = 0;
    if (*path == '\0') return;
    const int fd = sys::open(path, O_RDWR);
    if (fd < 0) return;
    note_parent();
    reserved.slot = claim_slot(fd);
    const bool done = reserved.slot.head == nullptr || map_pages(fd, reserved.slot.offset);
    sys::close(fd);
    if (!done) leave();
}

bool is_reserved() noexcept { return reserved.slot.head != nullptr; }

Filled fill(const Used& used) noexcept {
    prof_shared& page = shared_page;
    __atomic_store_n(&is_filling, 1, __ATOMIC_SEQ_CST);
    page.is_forked = 1;
    page.module_total = used.modules, page.stack_total = used.leaves, page.node_total = used.nodes;
    const ColumnBytes bytes = bytes_of(used);
    on = columns.modules.move_to(reserved.modules, bytes.modules) &&
         columns.leaves.move_to(reserved.leaves, bytes.leaves) &&
         columns.counters.move_to(reserved.counters, bytes.counters) &&
         columns.nodes.move_to(reserved.nodes, bytes.nodes) && move_head(reserved.slot);
    if (on) reserved.slot = {};
    if (!on) give_up();
    drop_pages();
    __atomic_store_n(&is_filling, 0, __ATOMIC_SEQ_CST);
    return on ? Filled::yes : make_columns_private(bytes) ? Filled::no : Filled::damaged;
}

void give_up() noexcept {
    if (!is_reserved()) return;
    __atomic_store_n(&reserved.slot.head->without_slot, 1, __ATOMIC_RELAXED);
    sys::munmap(reserved.slot.head, head_bytes);  // its owner stays: heapkit run looks there when we are gone
    reserved.slot = {};
    drop_pages();
}

void leave() noexcept {
    if (!is_reserved() || __atomic_load_n(&is_filling, __ATOMIC_SEQ_CST) != 0) return;
    give_back(reserved.slot);
    reserved.slot = {};
    drop_pages();
}

void keep_counters(uint32_t stacks) noexcept {
    if (!on) return;
    const size_t bytes = size_t{stacks} * sizeof(counters::Stack);
    kept = static_cast<counters::Stack*>(arena::map(bytes + head_bytes));
    if (kept == nullptr) return;
    kept_bytes = bytes + head_bytes;
    for (uint32_t i = 0; i < stacks; ++i) kept[i] = counters::stacks.at(i);
    __builtin_memcpy(static_cast<void*>(kept + stacks), head(), head_bytes);
}

void drop_counters() noexcept {
    if (kept != nullptr) arena::unmap(kept, kept_bytes);
    kept = nullptr;
}

void use_counters() noexcept {
    if (!on) return;
    on = false;
    const char* from = kept == nullptr ? head() : reinterpret_cast<const char*>(kept) + kept_bytes - head_bytes;
    const prof_shared page = *reinterpret_cast<const prof_shared*>(from);
    // A copy that would count in the program's own memory must not go on.
    if (!make_private(head(), head_bytes, 0)) sys::exit_group(1);
    shared_page = page;
    if (kept != nullptr) return counters::stacks.read_from(kept);
    if (!columns.counters.detach(size_t{page.stack_total} * sizeof(counters::Stack))) sys::exit_group(1);
    tables::lose(PROF_LOSS_COUNTER_UPDATES);
}

}  // namespace shared
}  // namespace prof
