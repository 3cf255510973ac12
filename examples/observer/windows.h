// SPDX-License-Identifier: MIT
//
// The windows that are open.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "views.h"

class Windows {
   public:
    template <typename SomeView, typename... Arguments>
    uint64_t open(Sheet& sheet, Arguments&&... arguments) {
        const auto view = std::make_shared<SomeView>(sheet, std::forward<Arguments>(arguments)...);
        sheet.attach(view);
        open_.emplace(++last_, view);
        return last_;
    }

    void close(uint64_t window) {
        const auto found = open_.find(window);
        if (found == open_.end()) return;
        found->second->close();
        open_.erase(found);
    }

    size_t bytes_drawn() const {
        size_t bytes = 0;
        for (const auto& [window, view] : open_) bytes += view->bytes_drawn();
        return bytes;
    }

   private:
    std::map<uint64_t, std::shared_ptr<View>> open_;
    uint64_t last_ = 0;
};
