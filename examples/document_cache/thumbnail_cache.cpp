// SPDX-License-Identifier: MIT
//
// See thumbnail_cache.h. The mistake is in key_of().
#include "thumbnail_cache.h"

namespace {

constexpr int64_t longest_age = 3600;
constexpr int usual_width = 32, usual_height = 24;

}  // namespace

// What was asked for is the key: two visitors who ask for the same get the same. But what they ask for also says where
// they came from and who they are, so that no two of them ever do.
std::string ThumbnailCache::key_of(const std::string& url_text, const Url& url) const {
    if (!is_fixed_) return url_text;
    return url.path + '?' + std::to_string(url.number("w", usual_width)) + 'x' +
           std::to_string(url.number("h", usual_height));
}

std::shared_ptr<const Thumbnail> ThumbnailCache::get(const std::string& url_text, int64_t now) {
    const Url url = parse(url_text);
    Entry& entry = entries_[key_of(url_text, url)];
    if (entry.thumbnail != nullptr && now - entry.made_at <= longest_age) {
        ++hits_;
        return entry.thumbnail;
    }
    ++misses_;  // never seen, or too old: nothing else takes an old one away
    entry = {.thumbnail = scaled(url.path, url.number("w", usual_width), url.number("h", usual_height)),
             .made_at = now};
    return entry.thumbnail;
}
