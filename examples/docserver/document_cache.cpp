// SPDX-License-Identifier: MIT
//
// The cache behind document_cache.h, and the "database" that it reads from.
#include "document_cache.h"

#include <utility>

namespace docserver {
namespace {

Document read_document(int id) {
    Document document{.id = id, .title = "Document number " + std::to_string(id), .body = {}, .tags = {}};
    document.body = "It was a dark and stormy night; the rain fell in torrents, except at occasional intervals. ";
    document.body += document.body;
    document.tags = {"storms and weather", "opening lines, chapter " + std::to_string(id % 7)};
    return document;
}

}  // namespace

Document DocumentCache::get(int id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = docs_.find(id); found != docs_.end()) return found->second;
    make_room();
    return docs_.emplace(id, read_document(id)).first->second;
}

void DocumentCache::keep_at_most(size_t documents) {
    const std::lock_guard lock(mutex_);
    most_documents_ = documents;
}

void DocumentCache::make_room() {
    if (most_documents_ == 0) return;  // the first leak: nothing is ever evicted
    while (docs_.size() >= most_documents_) docs_.erase(docs_.begin());
}

}  // namespace docserver
