// SPDX-License-Identifier: MIT
//
// See pack.h.
//
// Side: heap, floor 4 (bundle).
#include "bundle/pack.h"

#include <unistd.h>

#include <set>
#include <span>

#include "base/mapped_file.h"
#include "bundle/compressed_file.h"
#include "bundle/tar.h"
#include "read/snapshot.h"
#include "symbols/module_files.h"
#include "symbols/side_files.h"

namespace heapkit::bundle {
namespace {

namespace fs = std::filesystem;

class Packer {
   public:
    explicit Packer(CompressedWriter writer) : writer_(std::move(writer)) {}

    Result<void> add(const std::string& name, std::span<const char> content, int64_t modified_s) {
        const auto header = tar_header({.name = name, .size_bytes = content.size(), .modified_s = modified_s});
        if (!header) return header.error();
        constexpr TarBlock zeros = {};
        for (const std::span<const char> part :
             {std::span<const char>(*header), content, std::span(zeros).first(tar_padding(content.size()))})
            if (auto wrote = writer_.write(part); !wrote) return wrote;
        bytes_ += content.size();
        return {};
    }

    Result<void> add_file(const std::string& name, const fs::path& path) {
        const auto file = MappedFile::open(path);
        if (!file) return file.error();
        const auto bytes = file->bytes();
        return add(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                   file->modified_ns() / 1'000'000'000);
    }

    Result<void> finish() {
        constexpr std::array<char, 2 * tar_block_bytes> end = {};
        if (auto wrote = writer_.write(end); !wrote) return wrote;
        return writer_.finish();
    }

    uint64_t bytes() const noexcept { return bytes_; }

   private:
    CompressedWriter writer_;
    uint64_t bytes_ = 0;
};

// What the debug information of a module leans on. `done`: the names that are in the bundle.
Result<void> add_side_files(const symbols::ModuleIdentity& identity, const fs::path& file, std::set<std::string>& done,
                            Packer& packer, Packed& packed) {
    const symbols::SideFiles files = symbols::side_files_of(file);
    const fs::path folder = symbols::folder_of_carried(snapshot_member);
    for (const symbols::SideFiles::File& each : files.found) {
        if (!done.insert(each.carried_name).second) continue;
        if (auto added = packer.add_file((folder / each.carried_name).string(), each.path); !added) return added;
        ++packed.debug_files;
    }
    if (!files.missing.empty())
        packed.halved.push_back({identity.path.string(), files.missing.size(), files.missing.front()});
    return {};
}

Result<void> add_module(const symbols::ModuleIdentity& identity, std::set<std::string>& done, Packer& packer,
                        Packed& packed) {
    const symbols::ModuleFiles files = symbols::open_module_files(identity);
    const std::string name =
        symbols::folder_of_carried(snapshot_member).string() + "/" + symbols::carried_name(identity);
    if (files.binary) {
        if (auto added = packer.add_file(name, files.binary->path()); !added) return added;
        ++packed.modules;
    } else {
        packed.missing.push_back({identity.path.string(), files.problem});
    }
    if (files.debug) {
        ++packed.debug_files;
        if (auto added = packer.add_file(name + ".debug", files.debug->path()); !added) return added;
    }
    const symbols::ElfFile* const leaning = files.with_debug_information();
    return leaning == nullptr ? Result<void>() : add_side_files(identity, leaning->path(), done, packer, packed);
}

Result<void> add_all(const read::Snapshot& snapshot, const fs::path& root, Packer& packer, Packed& packed) {
    if (auto added = packer.add(std::string(version_member), version_text, 0); !added) return added;
    if (auto added = packer.add_file(std::string(snapshot_member), snapshot.path()); !added) return added;
    std::set<std::string> done;  // what was unloaded and loaded again has two rows
    for (const prof_module& row : snapshot.modules()) {
        const std::string_view path = snapshot.string(row.path);
        const symbols::ModuleIdentity identity = {.path = fs::path(path),
                                                  .build_id = std::span(row.build_id, row.build_id_bytes),
                                                  .carried = symbols::folder_of_carried(snapshot.path()),
                                                  .root = root};
        const bool has_file = (row.flags & PROF_MODULE_VDSO) == 0 && !path.empty();
        if (!has_file || !done.insert(symbols::carried_name(identity)).second) continue;
        if (auto added = add_module(identity, done, packer, packed); !added) return added;
    }
    return packer.finish();
}

Result<Packed> pack_into(const read::Snapshot& snapshot, const fs::path& root, const fs::path& path) {
    auto writer = CompressedWriter::create(path);
    if (!writer) return writer.error();
    Packer packer(*std::move(writer));
    Packed packed;
    if (auto added = add_all(snapshot, root, packer, packed); !added) return added.error();
    packed.input_bytes = packer.bytes();
    std::error_code error;
    packed.bundle_bytes = fs::file_size(path, error);
    return packed;
}

}  // namespace

Result<Packed> pack(const fs::path& snapshot, const fs::path& output, const fs::path& root) {
    const auto opened = read::Snapshot::open(snapshot);
    if (!opened) return opened.error();
    const fs::path temporary = output.string() + "." + std::to_string(getpid()) + ".new";
    std::error_code error;
    fs::remove(temporary, error);
    auto packed = pack_into(*opened, root.empty() ? symbols::root_of_container(snapshot) : root, temporary);
    if (packed) fs::rename(temporary, output, error);
    if (packed && error) packed = Error{output.string() + " cannot be written: " + error.message(), ""};
    if (!packed) fs::remove(temporary, error);
    return packed;
}

}  // namespace heapkit::bundle
