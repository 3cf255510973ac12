// SPDX-License-Identifier: MIT
//
// The snapshot file on its way. Side: agent, floor 3 (snapshot). See output.h.
#include "snapshot/output.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <initializer_list>

#include "base/arena.h"
#include "base/syscalls.h"

namespace prof::snapshot {

namespace {

constexpr size_t copy_bytes = 128 << 10;
constexpr int machine_x86_64 = 62;

// For a column whose buffer could not be mapped: the error sticks, and nothing is written from here.
char no_buffer[(128 << 10)];

// A rename goes over whatever is there, and root would lose a device. Links are not followed: who may write into the
// folder would choose where a program with other rights writes.
long why_not_over(const char* path) noexcept {
    struct stat there;
    const long got = sys::call(__NR_newfstatat, AT_FDCWD, reinterpret_cast<long>(path), reinterpret_cast<long>(&there),
                               AT_SYMLINK_NOFOLLOW);
    if (got < 0 || S_ISREG(there.st_mode)) return 0;
    return S_ISDIR(there.st_mode) ? -EISDIR : S_ISLNK(there.st_mode) ? -ELOOP : -EEXIST;
}

constexpr const char spill_suffix[] = ".words";

// A name of the writer's own in the same folder, so that the rename stays in one file system.
void temporary_name(const char* path, uint64_t writer, const char* suffix, Path& name) noexcept {
    name.clear();
    name.add(path).add(".tmp.").add_number(writer).add(suffix);
}

}  // namespace

void remove_unfinished(const char* path, uint64_t writer) noexcept {
    for (const char* suffix : {"", spill_suffix}) {
        Path name;
        temporary_name(path, writer, suffix, name);
        if (name.is_whole()) sys::unlink(name.c_str());
    }
}

int Output::open_fresh(const char* suffix, Path& name) noexcept {
    temporary_name(path_, static_cast<uint64_t>(sys::getpid()), suffix, name);
    if (!name.is_whole()) return -ENAMETOOLONG;
    sys::unlink(name.c_str());
    return sys::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

int Output::open(const char* path, uint64_t most_bytes) noexcept {
    path_ = path;
    most_bytes_ = most_bytes;
    fail(why_not_over(path));
    if (error_ != 0) return error_;
    fd_ = open_fresh("", temporary_);
    if (fd_ < 0) fail(fd_);
    return error_;
}

// The limit holds at each moment: what would pass it is not written.
void Output::write(int fd, const void* data, uint64_t bytes, uint64_t offset) noexcept {
    if (error_ != 0 || bytes == 0) return;
    if (bytes > most_bytes_ - written_bytes_) {
        is_cut_ = true;
        return fail(-EDQUOT);
    }
    written_bytes_ += bytes;
    const long done = sys::pwrite_all(fd, data, bytes, offset);
    if (done < 0) fail(done);
}

uint64_t Output::reserve(uint64_t bytes) noexcept {
    const uint64_t offset = end();
    end_ = offset + bytes;
    return offset;
}

void Output::add(const prof_section& section) noexcept {
    if (count_ < PROF_MAX_SECTIONS) sections_[count_++] = section;
}

void Output::put(uint32_t id, uint32_t element_bytes, const void* data, uint64_t count) noexcept {
    const uint64_t bytes = element_bytes * count;
    const uint64_t offset = reserve(bytes);
    write(fd_, data, bytes, offset);
    add({.id = id,
         .element_bytes = element_bytes,
         .offset = offset,
         .element_count = count,
         .checksum = prof_checksum(data, bytes),
         .encoding = 0,
         .reserved = 0});
}

int Output::open_spill() noexcept {
    Path name;
    const int spill = open_fresh(spill_suffix, name);
    if (spill < 0) {
        fail(spill);
        return -1;
    }
    sys::unlink(name.c_str());
    return spill;
}

uint64_t Output::take_spill(int spill, uint64_t bytes) noexcept {
    const uint64_t offset = reserve(bytes);
    char* buffer = static_cast<char*>(arena::map(copy_bytes));
    if (buffer == nullptr) {
        fail(-ENOMEM);
        return offset;
    }
    for (uint64_t done = 0; done < bytes && error_ == 0;) {
        const uint64_t wanted = bytes - done < copy_bytes ? bytes - done : copy_bytes;
        const long got = sys::call(__NR_pread64, spill, reinterpret_cast<long>(buffer), static_cast<long>(wanted),
                                   static_cast<long>(done));
        if (got <= 0) {
            fail(got < 0 ? got : -EIO);
        } else {
            write(fd_, buffer, static_cast<uint64_t>(got), offset + done);
            done += static_cast<uint64_t>(got);
        }
    }
    arena::unmap(buffer, copy_bytes);
    sys::close(spill);
    return offset;
}

int Output::close() noexcept {
    prof_header header{};
    __builtin_memcpy(header.magic, PROF_MAGIC, sizeof header.magic);
    header.version_major = PROF_VERSION_MAJOR;
    header.version_minor = PROF_VERSION_MINOR;
    header.header_bytes = sizeof header;
    header.byte_order = PROF_BYTE_ORDER;
    header.machine = machine_x86_64;
    header.word_bytes = sizeof(void*);
    header.section_count = count_;
    header.section_entry_bytes = sizeof(prof_section);
    const size_t table_bytes = count_ * sizeof(prof_section);
    header.section_table_offset = reserve(table_bytes);
    header.section_table_checksum = prof_checksum(sections_, table_bytes);
    header.file_bytes = end_;
    header.header_checksum = prof_checksum(&header, offsetof(prof_header, header_checksum));

    write(fd_, sections_, table_bytes, header.section_table_offset);
    write(fd_, &header, sizeof header, 0);
    if (error_ == 0) fail(why_not_over(path_));
    if (error_ == 0) fail(sys::rename(temporary_.c_str(), path_));
    if (error_ != 0) sys::unlink(temporary_.c_str());
    sys::close(fd_);
    return error_;
}

Column::Column(Output& output, const Place& place) noexcept
    : output_(output),
      fd_(place.spill >= 0 ? place.spill : output.fd()),
      place_(place),
      buffer_(static_cast<char*>(arena::map(buffer_bytes))) {
    prof_checksum_begin(&checksum_);
    if (buffer_ == nullptr) {
        output_.fail(-ENOMEM);
        buffer_ = no_buffer;
    }
}

void Column::flush() noexcept {
    prof_checksum_update(&checksum_, buffer_, used_);
    output_.write(fd_, buffer_, used_, place_.offset + written_);
    written_ += used_;
    used_ = 0;
}

prof_section Column::finish() noexcept {
    if (used_ > 0) flush();
    if (buffer_ != no_buffer) arena::unmap(buffer_, buffer_bytes);
    return {.id = place_.id,
            .element_bytes = place_.element_bytes,
            .offset = place_.offset,
            .element_count = written_ / place_.element_bytes,
            .checksum = prof_checksum_end(&checksum_),
            .encoding = 0,
            .reserved = 0};
}

}  // namespace prof::snapshot
