// SPDX-License-Identifier: MIT
//
// The service: answers GET /documents/ID?user=NAME on a loopback port.
//
// Side:    example. Threads: start() and stop() from one thread; requests are served by threads of the HTTP library.
#pragma once

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "logger.h"

namespace docserver {

// The two mistakes that this service is here to make.
struct Mistakes {
    bool cache_never_evicts = true;
    bool subscriptions_never_end = true;
};

// Who asks: made for each request, meant to be gone after it.
struct UserRecord {
    std::string name;
    std::string address;
    std::string last_document;
};

class Server {
   public:
    explicit Server(Mistakes mistakes);

    int start();  // the port, or -1
    void stop();
    size_t served() const noexcept { return served_; }

   private:
    std::string handle_request(int document_id, const std::string& user_name, const std::string& path);

    Mistakes mistakes_;
    Logger logger_;
    std::atomic<size_t> served_ = 0;
    httplib::Server http_;
    std::thread listener_;
};

}  // namespace docserver
