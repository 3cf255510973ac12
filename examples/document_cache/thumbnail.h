// SPDX-License-Identifier: MIT
//
// Small pictures of large ones.
//
// Side:    example. Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct Thumbnail {
    int width = 0, height = 0;
    std::vector<uint8_t> pixels;  // grey
};

// Reads the picture of that name and scales it down. Slow, which is why there is a cache.
std::shared_ptr<const Thumbnail> scaled(const std::string& path, int width, int height);
