// SPDX-License-Identifier: MIT
//
// The service behind server.h. handle_request() makes the second mistake; document_cache.cpp makes the first.
#include "server.h"

#include "document_cache.h"
#include "event_bus.h"

namespace docserver {
namespace {

constexpr size_t most_documents = 500;

DocumentCache cache;  // shared by all servers of the process

}  // namespace

Server::Server(Mistakes mistakes) : mistakes_(mistakes) {
    if (!mistakes.cache_never_evicts) cache.keep_at_most(most_documents);
    http_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    http_.set_tcp_nodelay(true);
    http_.set_keep_alive_max_count(1'000'000);
    http_.Get(R"(/documents/(\d{1,9}))", [this](const httplib::Request& request, httplib::Response& response) {
        const int id = std::stoi(request.matches[1]);
        response.set_content(handle_request(id, request.get_param_value("user"), request.path), "text/plain");
    });
}

int Server::start() {
    const int port = http_.bind_to_any_port("127.0.0.1");
    if (port > 0) listener_ = std::thread([this] { http_.listen_after_bind(); });
    return port;
}

void Server::stop() {
    http_.stop();
    if (listener_.joinable()) listener_.join();
}

std::string Server::handle_request(int document_id, const std::string& user_name, const std::string& path) {
    const auto user = std::make_shared<UserRecord>(UserRecord{user_name, user_name + "@example.org, mailbox 1", ""});
    const uint64_t subscription = EventBus::subscribe(
        [user, path](const Delivery& delivery) { user->last_document = path + ": " + std::string(delivery.outcome); });

    const Document document = cache.get(document_id);
    EventBus::publish_to(subscription,
                         {.document_id = document_id, .outcome = "delivered in full, as it was asked for"});
    if (!mistakes_.subscriptions_never_end) EventBus::unsubscribe(subscription);

    logger_.log(user_name + " read '" + document.title + "'");
    ++served_;
    return document.title + "\n\n" + document.body + "\n";
}

}  // namespace docserver
