// SPDX-License-Identifier: MIT
//
// See held_closures.h. What is captured by a plain pointer is freed by clear_desk(), which knows it by `records`.
//
// Side: tests.
#include "held_closures.h"

#include <array>
#include <utility>

namespace held {

Desk* desk = nullptr;

namespace {

// The photographs do not show it.
std::array<UserRecord*, 256> records = {};
size_t record_count = 0;
UserRecord* new_record() { return records.at(record_count++) = new UserRecord; }

std::array<Ring*, 256> rings = {};
size_t ring_count = 0;

void greet(UserRecord* whom, int times) { whom->visits += times; }

Desk& the_desk() {
    if (desk == nullptr) desk = new Desk;
    return *desk;
}

}  // namespace

Routine Desk::attend(std::shared_ptr<UserRecord> visitor) {
    const auto guest = std::make_unique<UserRecord>();
    co_await std::suspend_always{};
    guest->visits += visitor->visits;
}

void fill_presses(int count) {
    for (int number = 0; number < count; ++number) {
        UserRecord* const record = new_record();
        the_desk().presses_.emplace_back([record] { ++record->visits; });
    }
}

void fill_numbers(int count) {
    for (int number = 0; number < count; ++number) {
        UserRecord* const record = new_record();
        the_desk().by_number_[number] = [record, number](int times) { record->visits += times + number; };
    }
}

void fill_panels(int count) {
    for (int number = 0; number < count; ++number) {
        UserRecord* const record = new_record();
        the_desk().panels_.push_back(std::make_unique<Panel>(Panel{number, [record] { --record->visits; }}));
    }
}

void fill_bound(int count) {
    for (int number = 0; number < count; ++number)
        the_desk().bound_.emplace_back(std::bind(greet, new_record(), std::placeholders::_1));
}

void fill_tasks(int count) {
    for (int number = 0; number < count; ++number)
        the_desk().tasks_.emplace_back(
            [owner = std::make_shared<UserRecord>()](int times) { return owner->visits + times; });
}

void fill_shared_tasks(int count) {
    for (int number = 0; number < count; ++number) {
        const auto owner = std::make_shared<UserRecord>();
        for (int twice = 0; twice < 2; ++twice)
            the_desk().tasks_.emplace_back([owner](int times) { return owner->visits * times; });
    }
}

void fill_routines(int count) {
    for (int number = 0; number < count; ++number)
        the_desk().routines_.push_back(the_desk().attend(std::make_shared<UserRecord>()));
}

void lose_rings(int count) {
    for (int number = 0; number < count; ++number) {
        const auto ring = std::make_shared<Ring>();
        ring->other_ = std::make_shared<Ring>();
        ring->other_->other_ = ring;
        ring->kept_.assign(20, number);
        rings.at(ring_count++) = ring.get();
    }
}

void clear_desk() {
    for (; ring_count > 0; --ring_count) std::exchange(rings[ring_count - 1]->other_, nullptr).reset();
    if (desk != nullptr)
        for (Routine& routine : desk->routines_) routine.handle.destroy();
    delete desk;
    desk = nullptr;
    for (; record_count > 0; --record_count) delete records[record_count - 1];
}

}  // namespace held
