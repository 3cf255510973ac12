// SPDX-License-Identifier: MIT
//
// prof::memory_resource: for the containers of std::pmr. What it hands on from another resource has a type and a
// domain.
//
//   prof::memory_resource parser({.type = "parser's text", .domain = "parser", .upstream = nullptr});
//   std::pmr::vector<char> text(&parser);
//
// Side: the bridge. Threads: as the resource behind it.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <prof/scope.hpp>
#include <prof/types.hpp>

namespace prof {

class memory_resource : public std::pmr::memory_resource {
   public:
    struct options {
        const char* type = nullptr;    // of its blocks, each an array of bytes of that name; null: none
        const char* domain = nullptr;  // in which they are allocated, within the thread's own; null: none
        std::pmr::memory_resource* upstream = nullptr;  // null: the default one
    };

    // The texts must outlive it.
    explicit memory_resource(const options& wanted) noexcept
        : domain_(wanted.domain),
          upstream_(wanted.upstream != nullptr ? wanted.upstream : std::pmr::get_default_resource()),
          type_(declared(wanted.type)) {}

    std::pmr::memory_resource* upstream_resource() const noexcept { return upstream_; }

   private:
    // Nothing is left of the type when the resource behind had a block ready, or threw.
    struct Next {
        explicit Next(std::uint32_t type) noexcept : type_(type) {
            if (type_ != 0) prof_next_type(type_);
        }
        ~Next() {
            if (type_ != 0) prof_next_type(0);
        }
        Next(const Next&) = delete;
        Next& operator=(const Next&) = delete;
        const std::uint32_t type_;
    };
    static std::uint32_t declared(const char* name) noexcept {
        const prof_type_declaration said = {name, 1, 0, 0, nullptr};
        return name != nullptr ? prof_type_declare(&said) : 0;
    }

    void* allocate_typed(std::size_t bytes, std::size_t alignment) {
        const Next next(type_);
        return upstream_->allocate(bytes, alignment);
    }
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        if (domain_ == nullptr) return allocate_typed(bytes, alignment);
        const scope within(domain_);
        return allocate_typed(bytes, alignment);
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
        upstream_->deallocate(block, bytes, alignment);
    }
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

    const char* domain_;
    std::pmr::memory_resource* upstream_;
    std::uint32_t type_;
};

}  // namespace prof
