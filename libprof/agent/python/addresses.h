// SPDX-License-Identifier: MIT
//
// From an address to a number: which objects, classes and strings were met.
//
// Side:   agent, floor 4 (python). Child of a snapshot only.
// Memory: mappings of its own; 16 bytes a place, half of the places at most in use.
#pragma once

#include <cstddef>
#include <cstdint>

#include "python/interpreter.h"

namespace prof::python {

class Addresses {
   public:
    static constexpr uint32_t none = UINT32_MAX;

    uint32_t find(Address address) const noexcept;
    // The number that it has: `number` when it is new. `none`: no memory.
    uint32_t add(Address address, uint32_t number) noexcept;

   private:
    struct Place {
        Address address;  // 0: free
        uint32_t number;
    };
    bool grow() noexcept;
    size_t place_of(Address address) const noexcept;

    Place* places_ = nullptr;
    size_t capacity_ = 0, used_ = 0;  // capacity: a power of two
};

}  // namespace prof::python
