// SPDX-License-Identifier: MIT
//
// Any bytes as a bundle: as they are, and compressed, so that the fuzzer reaches the archive inside. What was written
// lies in the folder, whatever names say.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bundle/compressed_file.h"
#include "bundle/unpack.h"
#include "temporary_folder.h"

namespace {

namespace fs = std::filesystem;

void unpack_in(const fs::path& home, const fs::path& bundle) {
    const fs::path inside = home / "around" / "inside";
    fs::create_directories(inside);
    (void)heapkit::bundle::unpack_into(bundle, inside);
    for (const auto& entry : fs::directory_iterator(home / "around"))
        if (entry.path() != inside) std::abort();  // it got out
    fs::remove_all(home / "around");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const heapkit::tests::TemporaryFolder home;
    const auto* bytes = reinterpret_cast<const char*>(data);
    const fs::path file = home / "1.bundle";
    std::ofstream(file, std::ios::binary).write(bytes, static_cast<std::streamsize>(size));
    unpack_in(home.path(), file);
    fs::remove(file);
    auto writer = heapkit::bundle::CompressedWriter::create(file);
    if (!writer || !writer->write({bytes, size}) || !writer->finish()) std::abort();
    unpack_in(home.path(), file);
    fs::remove(file);
    return 0;
}
