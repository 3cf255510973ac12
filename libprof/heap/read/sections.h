// SPDX-License-Identifier: MIT
//
// The header and the section table of a snapshot file, checked; columns by id.
//
// Side:    heap, floor 2 (read).
// Threads: const after open().
// Memory:  40 bytes a section; columns stay in the mapped file.
//
// A later minor version may lengthen the elements of a section. Rows (structs) are then copied, each cut to the length
// that we know; so are those of an earlier version, with zeros behind. Plain numbers cannot grow without a new meaning,
// so a column of them must have exactly our size.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <prof/format.h>

#include <heapkit/result.h>

namespace heapkit::read {

// "strings", "block addresses", …: how messages call a section.
std::string section_name(uint32_t id);

// What the first version of the format had of a struct that grew later.
template <typename Row>
inline constexpr size_t oldest_bytes = sizeof(Row);
template <>
inline constexpr size_t oldest_bytes<prof_thread> = PROF_THREAD_BYTES_1_0;

class Sections {
   public:
    // Checks header, table, and that every section lies inside `file`; not their content.
    static Result<Sections> open(std::string name, std::span<const std::byte> file);

    // A column of plain numbers; empty when the file does not have it. Its checksum is checked here, each time.
    template <typename Number>
    Result<std::span<const Number>> numbers(prof_section_id id) const {
        static_assert(std::is_integral_v<Number>);
        auto bytes = content(id, sizeof(Number), Elements::exactly);
        if (!bytes) return bytes.error();
        return span_of<Number>(*bytes);
    }

    // A column of structs. `copied` keeps it when the file's elements are not as long as ours.
    template <typename Row>
    Result<std::span<const Row>> rows(prof_section_id id, std::vector<Row>& copied) const {
        static_assert(std::is_trivially_copyable_v<Row>);
        auto bytes = content(id, oldest_bytes<Row>, Elements::at_least);
        if (!bytes) return bytes.error();
        const size_t stride = element_bytes(id);
        if (stride == sizeof(Row) || stride == 0) return span_of<Row>(*bytes);
        copied.resize(bytes->size() / stride);
        for (size_t i = 0; i < copied.size(); ++i)
            std::memcpy(&copied[i], bytes->data() + i * stride, std::min(stride, sizeof(Row)));
        return std::span<const Row>(copied);
    }

    bool has(prof_section_id id) const noexcept { return find(id) != nullptr; }

    Error damaged(uint32_t id, const std::string& how) const;
    Error damaged(const std::string& how) const;

   private:
    enum class Elements { exactly, at_least };

    Result<std::span<const std::byte>> content(prof_section_id id, size_t known_bytes, Elements elements) const;
    size_t element_bytes(prof_section_id id) const;
    const prof_section* find(uint32_t id) const noexcept;

    // Sections start at multiples of 64 of a file that is mapped at a page, so columns are aligned.
    template <typename T>
    static std::span<const T> span_of(std::span<const std::byte> bytes) {
        return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
    }

    std::string name_;
    std::span<const std::byte> file_;
    std::vector<prof_section> table_;
};

}  // namespace heapkit::read
