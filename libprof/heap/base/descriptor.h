// SPDX-License-Identifier: MIT
//
// A file descriptor that closes itself.
//
// Side: heap, floor 1 (base).
#pragma once

#include <unistd.h>

#include <utility>

namespace heapkit {

class Descriptor {
   public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    explicit operator bool() const noexcept { return number_ >= 0; }
    int number() const noexcept { return number_; }

   private:
    int number_;
};

}  // namespace heapkit
