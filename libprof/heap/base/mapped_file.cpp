// SPDX-License-Identifier: MIT
//
// See mapped_file.h.
//
// Side: heap, floor 1 (base).
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.h"

namespace heapkit {
namespace {

Error cannot_open(const std::filesystem::path& path, int error) {
    if (error == ENOENT || error == ENOTDIR) return {path.string() + ": no such file", "Is the path right?"};
    return {path.string() + ": cannot be opened: " + std::strerror(error), ""};
}

std::optional<Error> refuse(const std::filesystem::path& path, mode_t mode) {
    if (S_ISREG(mode)) return std::nullopt;
    if (S_ISDIR(mode)) return Error{path.string() + " is a directory, not a file", "Name a file in it."};
    return Error{path.string() + " is not a regular file", "Copy it into a file first."};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    // Looked at before it is opened, because opening a device may have effects, and again after, because of races.
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return cannot_open(path, errno);
    if (auto error = refuse(path, status.st_mode)) return *error;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file || fstat(file.number(), &status) != 0) return cannot_open(path, errno);
    if (auto error = refuse(path, status.st_mode)) return *error;

    MappedFile mapped;
    mapped.modified_ns_ = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (status.st_size == 0) return mapped;
    const auto bytes = static_cast<size_t>(status.st_size);
    void* at = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (at == MAP_FAILED) return cannot_open(path, errno);
    mapped.bytes_ = {static_cast<const std::byte*>(at), bytes};
    return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), modified_ns_(other.modified_ns_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(modified_ns_, other.modified_ns_);
    return *this;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::will_read(std::span<const std::byte> part) noexcept {
    constexpr uintptr_t page = 4096;
    const uintptr_t start = reinterpret_cast<uintptr_t>(part.data()) / page * page;
    const uintptr_t end = reinterpret_cast<uintptr_t>(part.data()) + part.size();
    madvise(reinterpret_cast<void*>(start), end - start, MADV_WILLNEED);
}

}  // namespace heapkit
