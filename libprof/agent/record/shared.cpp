// SPDX-License-Identifier: MIT
//
// The memory of heapkit run: see shared.h.
//
// Side:    agent, floor 2 (record).
#include "shared.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/syscalls.h"
#include "base/text.h"
#include "counters.h"
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

constexpr size_t head_bytes = PROF_SHARED_HEAD_BYTES;

bool on = false;
counters::Stack* kept = nullptr;  // counters, then the head
size_t kept_bytes = 0;

char* head() noexcept { return reinterpret_cast<char*>(&shared_page); }

// Memory that nobody can take away under us, and long enough. 0: it is none.
uint64_t slots_in(int fd) noexcept {
    struct stat facts;
    if (sys::call(__NR_fstat, fd, reinterpret_cast<long>(&facts)) < 0 || !S_ISREG(facts.st_mode)) return 0;
    const long seals = sys::call(__NR_fcntl, fd, F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || (seals & F_SEAL_WRITE) != 0) return 0;
    const uint64_t slots = static_cast<uint64_t>(facts.st_size) / PROF_SHARED_SLOT_BYTES;
    return slots < PROF_SHARED_SLOTS_AT_MOST ? slots : uint64_t{PROF_SHARED_SLOTS_AT_MOST};
}

bool is_ours(const prof_shared& first) noexcept {
    return __builtin_memcmp(first.magic, PROF_SHARED_MAGIC, sizeof first.magic) == 0 &&
           first.version == PROF_SHARED_VERSION;
}

// Claims a free slot by its owner; its head is then mapped for good. Null: all are taken.
prof_shared* claim(int fd, uint64_t slots, uint64_t& offset) noexcept {
    const auto self = static_cast<uint32_t>(sys::getpid());
    for (uint64_t slot = 0; slot < slots; ++slot) {
        offset = slot * PROF_SHARED_SLOT_BYTES;
        auto* at =
            static_cast<prof_shared*>(sys::mmap(nullptr, head_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset));
        if (at == nullptr || (slot == 0 && !is_ours(*at))) return nullptr;
        uint32_t nobody = 0;
        if (__atomic_compare_exchange_n(&at->owner, &nobody, self, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return at;
        sys::munmap(at, head_bytes);
    }
    return nullptr;
}

bool map_columns(int fd, uint64_t offset, const FirstBytes& first) noexcept {
    return columns.modules.begin(fd, offset + PROF_SHARED_MODULES_OFFSET, first.modules) &&
           columns.leaves.begin(fd, offset + PROF_SHARED_LEAVES_OFFSET, first.leaves) &&
           columns.counters.begin(fd, offset + PROF_SHARED_COUNTERS_OFFSET, first.counters) &&
           columns.nodes.begin(fd, offset + PROF_SHARED_NODES_OFFSET, first.nodes);
}

// What is in our page goes into the slot, and the slot into the place of our page.
bool move_head(prof_shared* slot, int fd, uint64_t offset) noexcept {
    prof_shared& page = shared_page;
    __builtin_memcpy(page.magic, PROF_SHARED_MAGIC, sizeof page.magic);
    page.version = PROF_SHARED_VERSION;
    page.owner = slot->owner;
    page.parent_pid = static_cast<uint32_t>(sys::call(__NR_getppid));
    __builtin_memcpy(static_cast<void*>(slot), &page, sizeof page);
    return sys::mmap(head(), head_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, offset) != nullptr;
}

bool take_slot(int fd, const FirstBytes& first) noexcept {
    uint64_t offset = 0;
    prof_shared* slot = claim(fd, slots_in(fd), offset);
    if (slot == nullptr) return false;
    const bool done = map_columns(fd, offset, first) && move_head(slot, fd, offset);
    if (!done) {
        columns = {};
        __atomic_store_n(&slot->owner, 0, __ATOMIC_RELEASE);
    }
    sys::munmap(slot, head_bytes);
    return done;
}

void put(char* to, size_t bytes, const char* from) noexcept {
    size_t at = 0;
    for (; from[at] != '\0' && at + 1 < bytes; ++at) to[at] = from[at];
    to[at] = '\0';
}

}  // namespace

bool start(const char* path, const FirstBytes& first) noexcept {
    if (*path == '\0') return false;
    const int fd = sys::open(path, O_RDWR);
    if (fd < 0) return false;
    on = take_slot(fd, first);
    sys::close(fd);
    return on;
}

bool is_on() noexcept { return on; }

void set_state(prof_shared_state state) noexcept {
    if (on) __atomic_store_n(&shared_page.state, uint32_t{state}, __ATOMIC_RELEASE);
}

void set_names(const char* program, const char* executable, uint64_t run_id) noexcept {
    put(shared_page.program, sizeof shared_page.program, program);
    put(shared_page.executable, sizeof shared_page.executable, executable);
    shared_page.run_id = run_id;
    shared_page.start_unix_ns = timeline::start_unix_ns();
}

bool detach(const Used& used) noexcept {
    if (!on) return true;
    on = false;
    if (!make_private(head(), head_bytes, head_bytes)) return false;
    return columns.modules.detach(size_t{used.modules} * sizeof(prof_shared_module)) &&
           columns.leaves.detach(size_t{used.leaves} * sizeof(prof_shared_leaf)) &&
           columns.counters.detach(size_t{used.leaves} * sizeof(prof_shared_counters)) &&
           columns.nodes.detach(size_t{used.nodes} * sizeof(prof_shared_node));
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
