// SPDX-License-Identifier: MIT
//
// Result<T>: a value, or what went wrong in the world outside, where, and what to do about it.
//
// Side: public. Only main() prints an Error; exceptions stay inside the door of the library that throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace heapkit {

struct Error {
    std::string what;  // "1.heap is truncated: 4096 of 81920 bytes"
    std::string hint;  // what to do: "Take it again with: heapkit snapshot PID". May be empty
};

template <typename T>
class [[nodiscard]] Result {
   public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }
    const Error& error() const noexcept { return *std::get_if<1>(&state_); }

   private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
   public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const noexcept { return !error_; }
    const Error& error() const noexcept { return *error_; }

   private:
    std::optional<Error> error_;
};

}  // namespace heapkit
