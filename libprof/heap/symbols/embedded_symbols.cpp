// SPDX-License-Identifier: MIT
//
// See embedded_symbols.h.
//
// Side: heap, floor 3 (symbols).
#include "symbols/embedded_symbols.h"

#include <algorithm>
#include <vector>

#include <lzma.h>

namespace heapkit::symbols {
namespace {

constexpr std::string_view section_name = ".gnu_debugdata";
constexpr uint64_t decoder_bytes = 128 << 20;  // a dictionary of 64 MiB, as xz -9 has it, and some
constexpr size_t first_piece = 256 << 10;

// Unpacks one xz stream, into memory that doubles as it fills.
class Unpacker {
   public:
    Unpacker() : is_ready_(lzma_stream_decoder(&stream_, decoder_bytes, 0) == LZMA_OK) {}
    ~Unpacker() { lzma_end(&stream_); }
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    // "" when all went well, otherwise why not.
    std::string_view unpack(Bytes packed) {
        if (!is_ready_) return "there is no memory to unpack it";
        stream_.next_in = reinterpret_cast<const uint8_t*>(packed.data());
        stream_.avail_in = packed.size();
        lzma_ret code = LZMA_OK;
        while (code == LZMA_OK) {
            if (stream_.avail_out == 0 && !grow()) return "it is too large";
            code = lzma_code(&stream_, LZMA_FINISH);
        }
        unpacked_.resize(stream_.total_out);
        if (code == LZMA_MEMLIMIT_ERROR) return "it is too large";
        return code == LZMA_STREAM_END ? "" : "it is damaged";
    }

    std::vector<std::byte> take() { return std::move(unpacked_); }

   private:
    bool grow() {
        const uint64_t have = unpacked_.size();
        if (have == most_unpacked_bytes) return false;
        unpacked_.resize(std::clamp<uint64_t>(have * 2, first_piece, most_unpacked_bytes));
        stream_.next_out = reinterpret_cast<uint8_t*>(unpacked_.data() + have);
        stream_.avail_out = unpacked_.size() - have;
        return true;
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    std::vector<std::byte> unpacked_;
    bool is_ready_;
};

Error cannot(std::string_view why) {
    return {"the symbols inside it (" + std::string(section_name) + ") cannot be read: " + std::string(why), ""};
}

}  // namespace

bool has_embedded_symbols(const ElfFile& binary) {
    const Elf64_Shdr* section = binary.section(section_name);
    return section != nullptr && !binary.content(*section).empty();
}

Result<ElfFile> unpack_embedded_symbols(const ElfFile& binary) {
    const Elf64_Shdr* section = binary.section(section_name);
    if (section == nullptr) return cannot("it has none");
    Unpacker unpacker;
    if (const std::string_view problem = unpacker.unpack(binary.content(*section)); !problem.empty())
        return cannot(problem);
    auto file = ElfFile::in_memory(binary.path(), unpacker.take());
    if (!file) return cannot("it holds no ELF file");
    return file;
}

}  // namespace heapkit::symbols
