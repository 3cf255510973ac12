// SPDX-License-Identifier: MIT
//
// The orders of a shop, asked for and changed by requests: GET /orders/17, PUT /orders/17, and a few pages beside.
//
// Side:    example. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "metrics.h"

struct Request {
    std::string method, path;
};

struct Answer {
    int status;
    std::string body;
};

class Orders {
   public:
    explicit Orders(bool is_fixed);

    Answer handle(const Request& request);

   private:
    Answer answer_to(const Request& request);
    Answer order(const std::string& method, uint32_t number);
    void measure(const Request& request, const Answer& answer);

    const bool is_fixed_;
    Family& seconds_;  // by route
    Family& bytes_;    // by method and status
    std::map<uint32_t, std::string> orders_;
};

// The route that a path is on: "/orders/17" is on "/orders/:number".
std::string route_of(const std::string& path);
