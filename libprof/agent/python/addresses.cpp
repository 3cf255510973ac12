// SPDX-License-Identifier: MIT
//
// Open addressing. Side: agent, floor 4 (python). See addresses.h.
#include "python/addresses.h"

#include "base/arena.h"

namespace prof::python {

namespace {

constexpr size_t first_capacity = 1 << 14;
constexpr unsigned hash_shift = 20;

}  // namespace

// Where it is, or the free place where it belongs. There is always a free one.
size_t Addresses::place_of(Address address) const noexcept {
    size_t at = address * uint64_t{0x9e3779b97f4a7c15} >> hash_shift;
    for (;; ++at) {
        at &= capacity_ - 1;
        if (places_[at].address == 0 || places_[at].address == address) return at;
    }
}

uint32_t Addresses::find(Address address) const noexcept {
    if (capacity_ == 0 || address == 0) return none;
    const Place& place = places_[place_of(address)];
    return place.address == 0 ? none : place.number;
}

uint32_t Addresses::add(Address address, uint32_t number) noexcept {
    if (address == 0 || (used_ * 2 >= capacity_ && !grow())) return none;
    Place& place = places_[place_of(address)];
    if (place.address != 0) return place.number;
    place = {.address = address, .number = number};
    ++used_;
    return number;
}

bool Addresses::grow() noexcept {
    const Addresses before = *this;
    const size_t wanted = capacity_ == 0 ? first_capacity : capacity_ * 2;
    auto* fresh = static_cast<Place*>(arena::map(wanted * sizeof(Place)));
    if (fresh == nullptr) return false;
    places_ = fresh;
    capacity_ = wanted;
    for (size_t i = 0; i < before.capacity_; ++i) {
        if (before.places_[i].address != 0) places_[place_of(before.places_[i].address)] = before.places_[i];
    }
    if (before.places_ != nullptr) arena::unmap(before.places_, before.capacity_ * sizeof(Place));
    return true;
}

}  // namespace prof::python
