// SPDX-License-Identifier: MIT
//
// Who may come in: requests of the page that we served, and of nobody else.
//
// Side:    viewer/server. No HTTP library in here.
// Threads: free functions and const data.
//
// Any local user and any page in the browser can connect to a port on the loopback interface. What they cannot know is
// the token in the path: 128 random bits, compared in constant time. A page of somebody else's whose name was made to
// mean 127.0.0.1 (DNS rebinding) gives itself away by its Host; a script of one by its Origin. Both are checked first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <heapkit/result.h>

namespace heapkit::viewer {

// 32 hexadecimal digits out of the kernel. Errors: it has none to give.
Result<std::string> new_token();

// What is looked at of a request.
struct Caller {
    std::string_view method, host, path;
    std::optional<std::string_view> origin = {};
};

class Door {
   public:
    Door(std::string token, uint16_t port) : token_(std::move(token)), port_(port) {}

    // Nothing: come in. Otherwise the status, and what to say. Says nothing of what is inside.
    struct Refusal {
        int status = 403;
        Error error;
    };
    std::optional<Refusal> refuse(const Caller& caller) const;

    // "http://127.0.0.1:8123/TOKEN/"
    std::string address() const;
    // Of a path that came in, what follows "/TOKEN/"; "" for the page.
    std::string_view inside(std::string_view path) const noexcept;

   private:
    bool is_our_host(std::string_view host) const;
    bool is_our_token(std::string_view token) const noexcept;

    std::string token_;
    uint16_t port_;
};

}  // namespace heapkit::viewer
