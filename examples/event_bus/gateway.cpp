// SPDX-License-Identifier: MIT
//
// See gateway.h. The mistake is in connection_lost().
#include "gateway.h"

uint64_t Gateway::connect(const std::string& client, const std::vector<std::string>& symbols) {
    const auto session = std::make_shared<Session>(bus_, client);
    for (const std::string& symbol : symbols) session->watch(symbol);
    sessions_.emplace(++last_session_, session);
    return last_session_;
}

void Gateway::log_out(uint64_t id) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end()) return;
    session->second->unwatch_all();
    bytes_sent_ += session->second->flush().size();
    sessions_.erase(session);
}

// There is nobody to send to any more, so it is only taken out of the table; the bus is not told.
void Gateway::connection_lost(uint64_t id) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end()) return;
    if (is_fixed_) session->second->unwatch_all();
    sessions_.erase(session);
}

void Gateway::publish(const Quote& quote) {
    delivered_ += bus_.publish(quote);
    if (delivered_ % 8 != 0) return;  // sent in batches
    for (const auto& [id, session] : sessions_) bytes_sent_ += session->flush().size();
}
