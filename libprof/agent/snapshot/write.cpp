// SPDX-License-Identifier: MIT
//
// The life of the copy: what a snapshot does, in order.
//
// Side: agent, floor 3 (snapshot). Child of a snapshot only. Never allocates from the program's heap, never calls what
// may take a lock of libc.
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <new>

#include "base/syscalls.h"
#include "base/text.h"
#include "record/sampler.h"
#include "record/tables.h"
#include "snapshot/faults.h"
#include "snapshot/guest.h"
#include "snapshot/writer.h"

namespace prof::snapshot {

namespace {

constexpr long most_descriptors = 65536;

// All of them: a socket or pipe that the copy kept open would outlive the program's own.
void close_descriptors() noexcept {
    if (sys::call(__NR_close_range, 0, static_cast<long>(UINT32_MAX), 0) == 0) return;
    for (int fd = 0; fd < most_descriptors; ++fd) sys::close(fd);
}

// When memory runs out, the copy goes before the program does.
void offer_to_oom_killer() noexcept {
    const int fd = sys::open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd < 0) return;
    sys::write(fd, "1000", 4);
    sys::close(fd);
}

// The writer is larger than a stack frame should be.
Writer* make_writer(const Frozen& frozen) noexcept {
    void* place = arena::map(sizeof(Writer));
    return place == nullptr ? nullptr : new (place) Writer(frozen);
}

}  // namespace

Outcome write_snapshot(const Frozen& frozen) noexcept {
    close_descriptors();
    faults::catch_all();
    offer_to_oom_killer();
    Writer* made = make_writer(frozen);
    if (made == nullptr) return {.error = ENOMEM};
    Writer& writer = *made;
    if (const int error = writer.output.open(frozen.order.path, frozen.order.most_bytes)) return {.error = -error};

    tables::fold_thread_counters();
    const bool has_maps = writer.maps.read(writer.strings);
    list_modules(writer);
    list_threads(writer);

    count_blocks(writer);
    count_sample(writer);
    writer.has_index = writer.has_index && has_maps;  // else nobody knows what may be read: no words, and no leaks
    write_blocks(writer);
    const bool has_words = frozen.order.contents == PROF_CONTENTS_WORDS && writer.has_index;
    if (sampler::is_on()) {
        has_words ? write_words_and_slacks(writer) : write_slacks(writer);
        write_sample(writer);
    } else if (has_words) {
        write_residency(writer);
        list_roots(writer);
        write_words_and_slacks(writer);
        if (frozen.order.hashes) write_hashes(writer);
    } else {
        write_slacks(writer);
    }
    write_stacks(writer);
    write_declared(writer);
    if (!sampler::is_on()) guest().write(writer);
    write_small_sections(writer);

    const int error = writer.output.close();
    return {.error = -error, .is_cut = writer.output.is_cut(), .file_bytes = writer.output.file_bytes()};
}

}  // namespace prof::snapshot
