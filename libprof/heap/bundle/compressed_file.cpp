// SPDX-License-Identifier: MIT
//
// See compressed_file.h.
//
// Side: heap, floor 4 (bundle).
#include "bundle/compressed_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/mapped_file.h"

namespace heapkit::bundle {
namespace {

constexpr int level = 3;                // beyond it half the speed buys a twentieth of the size
constexpr int largest_window_log = 23;  // 8 MB: what level 3 uses stays far below
constexpr unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

}  // namespace

struct CompressedWriter::State {
    std::filesystem::path path;
    Descriptor file;
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), ZSTD_freeCCtx};
    std::vector<char> buffer = std::vector<char>(ZSTD_CStreamOutSize());
};

CompressedWriter::CompressedWriter(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
CompressedWriter::CompressedWriter(CompressedWriter&&) noexcept = default;
CompressedWriter& CompressedWriter::operator=(CompressedWriter&&) noexcept = default;
CompressedWriter::~CompressedWriter() = default;

Result<CompressedWriter> CompressedWriter::create(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->file = Descriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!state->file) return Error{path.string() + " cannot be written: " + std::strerror(errno), ""};
    if (!state->zstd) return Error{"not enough memory to compress", ""};
    ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_checksumFlag, 1);
    return CompressedWriter(std::move(state));
}

Result<void> CompressedWriter::put(std::span<const char> bytes, bool is_last) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
        ZSTD_outBuffer out{state_->buffer.data(), state_->buffer.size(), 0};
        const size_t left = ZSTD_compressStream2(state_->zstd.get(), &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left) != 0) return Error{state_->path.string() + ": " + ZSTD_getErrorName(left), ""};
        for (size_t done = 0; done < out.pos;) {
            const ssize_t wrote = ::write(state_->file.number(), state_->buffer.data() + done, out.pos - done);
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote <= 0) return Error{state_->path.string() + " cannot be written: " + std::strerror(errno), ""};
            done += static_cast<size_t>(wrote);
        }
        if (is_last ? left == 0 : in.pos == in.size) return {};
    }
}

Result<void> CompressedWriter::write(std::span<const char> bytes) { return put(bytes, false); }
Result<void> CompressedWriter::finish() { return put({}, true); }

struct CompressedReader::State {
    std::filesystem::path path;
    MappedFile file;
    ZSTD_inBuffer in = {};
    bool has_ended = false;  // the frame, with its checksum
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd{ZSTD_createDCtx(), ZSTD_freeDCtx};
};

CompressedReader::CompressedReader(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
CompressedReader::CompressedReader(CompressedReader&&) noexcept = default;
CompressedReader& CompressedReader::operator=(CompressedReader&&) noexcept = default;
CompressedReader::~CompressedReader() = default;

Result<CompressedReader> CompressedReader::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return file.error();
    auto state = std::make_unique<State>();
    state->path = path;
    state->file = *std::move(file);
    state->in = {state->file.bytes().data(), state->file.bytes().size(), 0};
    if (!state->zstd) return Error{"not enough memory to unpack", ""};
    ZSTD_DCtx_setParameter(state->zstd.get(), ZSTD_d_windowLogMax, largest_window_log);
    return CompressedReader(std::move(state));
}

Result<void> CompressedReader::read(std::span<char> bytes) {
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    while (out.pos < out.size) {
        const size_t in_before = state_->in.pos, out_before = out.pos;
        const size_t left = state_->has_ended ? 0 : ZSTD_decompressStream(state_->zstd.get(), &out, &state_->in);
        if (ZSTD_isError(left) != 0)
            return Error{state_->path.string() + " is damaged: " + ZSTD_getErrorName(left), "Copy it again."};
        state_->has_ended |= left == 0;
        if (state_->in.pos == in_before && out.pos == out_before)
            return Error{state_->path.string() + " is truncated", "Copy it again."};
    }
    return {};
}

Result<void> CompressedReader::finish() {
    char more = 0;
    while (!state_->has_ended) {
        const auto extra = read({&more, 1});
        if (!extra && !state_->has_ended) return extra;
    }
    if (state_->in.pos == state_->in.size) return {};
    return Error{state_->path.string() + " is damaged: something lies behind its end", "Copy it again."};
}

uint64_t CompressedReader::file_bytes() const noexcept { return state_->file.bytes().size(); }

bool is_compressed(const std::filesystem::path& path) {
    const auto file = MappedFile::open(path);
    return file && file->bytes().size() >= sizeof(magic) &&
           std::memcmp(file->bytes().data(), magic, sizeof(magic)) == 0;
}

}  // namespace heapkit::bundle
