// SPDX-License-Identifier: MIT
//
// thumbnails [--fixed]: the thumbnails of a shop's pictures, for 4,000 visitors, the same each time; a snapshot after
// each thousand.
//
// Side: example. See README.md.
#include <prof/prof.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "thumbnail_cache.h"

namespace {

constexpr int visitors = 4000, visitors_a_snapshot = 1000;
constexpr uint32_t pictures = 60;

class Visitors {
   public:
    // "/images/shoes-17.jpg?w=48&h=36&utm_source=newsletter&session=5c01d2e7"
    std::string next_url() {
        static constexpr const char* sizes[] = {"", "w=24&h=18&", "w=48&h=36&"};
        static constexpr const char* sources[] = {"newsletter", "search", "partner"};
        char text[120];
        const uint32_t picture = any(pictures), size = any(3), source = any(3);
        std::snprintf(text, sizeof text, "/images/shoes-%u.jpg?%sutm_source=%s&session=%08x", picture, sizes[size],
                      sources[source], any(0xffffffff));
        return text;
    }

   private:
    uint32_t any(uint32_t most) { return static_cast<uint32_t>(random_() % most); }

    std::mt19937 random_{7};
};

}  // namespace

int main(int count, char** arguments) {
    ThumbnailCache cache(count > 1 && std::strcmp(arguments[1], "--fixed") == 0);
    Visitors crowd;
    size_t bytes_sent = 0;
    for (int visitor = 1; visitor <= visitors; ++visitor) {
        bytes_sent += cache.get(crowd.next_url(), visitor)->pixels.size();
        if (visitor % visitors_a_snapshot != 0) continue;
        prof_take_snapshot((std::to_string(visitor / visitors_a_snapshot) + ".heap").c_str());
    }
    std::printf("%zu bytes sent, %zu of %d from the cache\n", bytes_sent, cache.hits(), visitors);
}
