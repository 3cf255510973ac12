// SPDX-License-Identifier: MIT
//
// Thumbnails that were made once, kept for a while so that they need not be made again.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "thumbnail.h"
#include "url.h"

class ThumbnailCache {
   public:
    explicit ThumbnailCache(bool is_fixed) : is_fixed_(is_fixed) {}

    // `now` in seconds. What is older than an hour is made anew.
    std::shared_ptr<const Thumbnail> get(const std::string& url_text, int64_t now);

    size_t hits() const { return hits_; }
    size_t misses() const { return misses_; }

   private:
    struct Entry {
        std::shared_ptr<const Thumbnail> thumbnail;
        int64_t made_at = 0;
    };
    std::string key_of(const std::string& url_text, const Url& url) const;

    const bool is_fixed_;
    std::unordered_map<std::string, Entry> entries_;
    size_t hits_ = 0, misses_ = 0;
};
