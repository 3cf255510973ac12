// SPDX-License-Identifier: MIT
//
// A heap of real objects (held.h), photographed with its globals.
//
// Side: tests.
#pragma once

#include "held.h"
#include "photograph.h"

namespace heapkit::tests {

// What a test has built is gone when it is over.
class Scene {
   public:
    Scene() = default;
    ~Scene() { held::forget(); }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    Heap develop() {
        finish();
        return photograph_.develop(&held::cache);
    }
    // The same as a file, which lives as long as the scene.
    std::filesystem::path write() {
        finish();
        return photograph_.write(&held::cache);
    }

   private:
    void finish() {
        photograph_.stop();
        photograph_.global(&held::EventBus::handlers_, sizeof(held::EventBus::handlers_));
        photograph_.global(&held::cache, sizeof(held::cache));
        photograph_.global(&held::registry(), sizeof(held::registry()));
        photograph_.global(&held::button, sizeof(held::button));
        photograph_.global(&held::first_document, sizeof(held::first_document));
        photograph_.global(&held::shelf, sizeof(held::shelf));
    }

    Photograph photograph_;
};

}  // namespace heapkit::tests
