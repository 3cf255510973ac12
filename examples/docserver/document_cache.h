// SPDX-License-Identifier: MIT
//
// Documents that were read once, kept so that they need not be read again.
//
// Side:    example. Threads: every function may be called by any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace docserver {

struct Document {
    int id = 0;
    std::string title;
    std::string body;
    std::vector<std::string> tags;
};

class DocumentCache {
   public:
    Document get(int id);

    // Without this the cache keeps whatever it has seen, for ever.
    void keep_at_most(size_t documents);

   private:
    void make_room();

    size_t most_documents_ = 0;  // 0: no limit
    std::mutex mutex_;
    std::unordered_map<int, Document> docs_;
};

}  // namespace docserver
