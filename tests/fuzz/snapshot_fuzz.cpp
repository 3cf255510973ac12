// SPDX-License-Identifier: MIT
//
// Any bytes as a snapshot. First as they are; then with their checksums made right, so that the fuzzer reaches the
// checks behind them.
//
// Side: tests. The body is libFuzzer's; replay.cpp feeds it the committed corpus in every test run.
#include <cstring>

#include "memory_file.h"
#include "read_everything.h"

namespace {

// Like reseal() of snapshot_writer.h, but for bytes of which nothing can be trusted.
void reseal_if_possible(std::vector<unsigned char>& file) {
    prof_header header;
    if (file.size() < sizeof(header)) return;
    std::memcpy(&header, file.data(), sizeof(header));
    header.file_bytes = file.size();
    const uint64_t table = header.section_table_offset;
    const uint64_t table_bytes = uint64_t{header.section_count} * sizeof(prof_section);
    if (header.section_count <= PROF_MAX_SECTIONS && table <= file.size() && table_bytes <= file.size() - table) {
        for (uint64_t at = table; at < table + table_bytes; at += sizeof(prof_section)) {
            prof_section section;
            std::memcpy(&section, file.data() + at, sizeof(section));
            const uint64_t left = section.offset <= file.size() ? file.size() - section.offset : 0;
            if (section.element_bytes == 0 || section.element_count > left / section.element_bytes) continue;
            section.checksum =
                prof_checksum(file.data() + section.offset, section.element_bytes * section.element_count);
            std::memcpy(file.data() + at, &section, sizeof(section));
        }
        header.section_table_checksum = prof_checksum(file.data() + table, table_bytes);
    }
    header.header_checksum = prof_checksum(&header, offsetof(prof_header, header_checksum));
    std::memcpy(file.data(), &header, sizeof(header));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const heapkit::tests::MemoryFile file;
    std::vector<unsigned char> bytes(data, data + size);
    file.write(bytes);
    (void)heapkit::tests::read_everything(file.path());
    reseal_if_possible(bytes);
    file.write(bytes);
    (void)heapkit::tests::read_everything(file.path());
    return 0;
}
