// SPDX-License-Identifier: MIT
//
// The one door to cpp-httplib.
//
// Side: viewer/server.
//
// Each connection is one request: a page that keeps connections open, or a stranger who opens them and says nothing,
// would otherwise hold the few threads that there are. All requests go through one handler, before the library looks
// for routes or reads a body, so that nothing else of it can be reached.
#include "server/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>

#include "server/door.h"

namespace heapkit::viewer {
namespace {

constexpr size_t serving_threads = 32;
constexpr int waiting_connections = 1024;  // in the kernel, until a thread is free
constexpr time_t first_byte_seconds = 2, read_seconds = 2, write_seconds = 10;

// With a charset the library does not compress: on loopback that would cost more than it saves.
constexpr const char* json_type = "application/json; charset=utf-8";
constexpr const char* html_type = "text/html; charset=utf-8";

const httplib::Headers& headers_of_all() {
    static const httplib::Headers headers = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
         "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
        {"Connection", "close"}};
    return headers;
}

Caller caller_of(const httplib::Request& request, const std::string& host, const std::string& origin) {
    Caller caller{.method = request.method, .host = host, .path = request.path};
    if (request.has_header("Origin")) caller.origin = origin;
    return caller;
}

// Errors: a parameter that is named twice.
Result<Parameters> parameters_of(const httplib::Request& request) {
    Parameters parameters;
    for (const auto& [name, value] : request.params)
        if (!parameters.emplace(name, value).second)
            return Error{fmt::format("the parameter {} is there twice", name), "Name it once."};
    return parameters;
}

}  // namespace

struct Server::State {
    explicit State(ServerOptions given) : options(std::move(given)) {}

    void set_up() {
        http.new_task_queue = [] { return new httplib::ThreadPool(serving_threads); };
        http.set_keep_alive_max_count(1);
        http.set_keep_alive_timeout(first_byte_seconds);
        http.set_read_timeout(read_seconds);
        http.set_write_timeout(write_seconds);
        http.set_payload_max_length(0);
        http.set_default_headers(headers_of_all());
        // Not SO_REUSEPORT, the library's own choice: with that a port in use would be shared, not refused.
        http.set_socket_options([this](int socket) {
            const int yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
            listening = socket;
        });
        http.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            handle(request, response);
            return httplib::Server::HandlerResponse::Handled;
        });
    }

    void handle(const httplib::Request& request, httplib::Response& response) const {
        const std::string host = request.get_header_value("Host"), origin = request.get_header_value("Origin");
        if (const auto refused = door->refuse(caller_of(request, host, origin)))
            return say(response, refusal(refused->status, refused->error, ""));
        const std::string_view inside = door->inside(request.path);
        if (inside.empty()) return show_page(request, response);
        constexpr std::string_view folder = "api/";
        if (!inside.starts_with(folder))
            return say(response, refusal(404, {"there is no such page", "The page is at the address that was printed."},
                                         std::string(inside)));
        const std::string name(inside.substr(folder.size()));
        const auto parameters = parameters_of(request);
        if (!parameters) return say(response, refusal(400, parameters.error(), name));
        say(response, *options.ask({name, *parameters}));
    }

    // Links in the page are relative: they need the slash.
    void show_page(const httplib::Request& request, httplib::Response& response) const {
        if (!request.path.ends_with('/')) return response.set_redirect(door->address());
        if (options.page.empty())
            return say(response, refusal(404, {"this build has no page", "Build it: see docs/HACKING.md."}, ""));
        response.set_content(options.page, html_type);
    }

    static void say(httplib::Response& response, const Reply& reply) {
        response.status = reply.status;
        if (reply.status == 503) response.set_header("Retry-After", "1");
        if (reply.status == 405) response.set_header("Allow", "GET, HEAD");
        response.set_content(reply.json, json_type);
    }

    ServerOptions options;
    std::optional<Door> door;
    httplib::Server http;
    std::atomic<int> listening = -1;
    std::atomic<bool> is_stopped = false;
};

Server::Server(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::bind(ServerOptions options) {
    const uint16_t wanted = options.port;
    auto state = std::make_unique<State>(std::move(options));
    state->set_up();
    errno = 0;
    int port = wanted;
    if (wanted == 0)
        port = state->http.bind_to_any_port("127.0.0.1");
    else if (!state->http.bind_to_port("127.0.0.1", wanted))
        port = -1;
    const int why = errno;
    if (port <= 0)
        return Error{fmt::format("port {} cannot be taken: {}", wanted, why == 0 ? "refused" : std::strerror(why)),
                     "Leave --port out for one that is free, or name another."};
    // The library lets five connections wait; a burst of more would wait seconds for the next try.
    ::listen(state->listening, waiting_connections);
    state->door.emplace(state->options.token, static_cast<uint16_t>(port));
    return Server(std::move(state));
}

std::string Server::address() const { return state_->door->address(); }

Result<void> Server::serve() {
    state_->http.listen_after_bind();
    if (state_->is_stopped) return {};
    return Error{fmt::format("connections cannot be accepted any more: {}", std::strerror(errno)), "Start it again."};
}

// The library's own stop() does nothing before its loop has begun.
void Server::stop() noexcept {
    state_->is_stopped = true;
    ::shutdown(state_->listening, SHUT_RDWR);
}

}  // namespace heapkit::viewer
