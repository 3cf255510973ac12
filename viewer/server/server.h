// SPDX-License-Identifier: MIT
//
// The page and its answers over HTTP, on the loopback interface and nowhere else.
//
// Side:    viewer/server. httplib.h stays behind this header: it is large, and server.cpp alone includes it.
// Threads: a bounded number serve requests; stop() from any thread, also before serve().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <heapkit/result.h>
#include "server/worker.h"

namespace heapkit::viewer {

struct ServerOptions {
    uint16_t port = 0;  // 0: any that is free
    std::string token;
    std::string page;                                    // HTML, as it is
    std::function<Worker::Shared(const Question&)> ask;  // from several threads
};

class Server {
   public:
    // Takes the port. Errors: it is in use, or not ours to take.
    static Result<Server> bind(ServerOptions options);
    Server(Server&&) noexcept;
    ~Server();

    std::string address() const;  // "http://127.0.0.1:8123/TOKEN/"
    // Until stop(). Errors: the socket failed.
    Result<void> serve();
    void stop() noexcept;

   private:
    struct State;
    explicit Server(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace heapkit::viewer
