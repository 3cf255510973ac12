// SPDX-License-Identifier: MIT
//
// One thread that works answers out, however many ask: heaps belong to one thread, and so does Graphviz. Meanwhile it
// works ahead, so that most of what is asked is there.
//
// Side:    viewer/server.
// Threads: ask() and stop() from any; Answers is the worker's alone.
// Memory:  the last documents, up to a number of bytes; who waits is bounded too.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/answers.h"

namespace heapkit::viewer {

struct WorkerOptions {
    bool works_ahead = true;
    size_t most_waiting = 24;               // beyond: 503
    size_t most_bytes = size_t{128} << 20;  // of documents that are kept
    std::function<void()> is_ahead = {};    // called once, by the worker, when it has worked ahead
};

class Worker {
   public:
    using Shared = std::shared_ptr<const Reply>;

    // Begins to work ahead, with what is asked first and then what takes long. `answers` must outlive it.
    explicit Worker(Answers& answers, WorkerOptions options = {});
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Waits until the answer is there. 503 when too many wait already, and when it was stopped; 410 when a snapshot was
    // cut in the middle of an analysis (snapshot_watch.h): what is kept is still answered.
    Shared ask(const Question& question);

    // Answers all who wait with 503. True when the thread has ended; false when it is deep in an analysis, which
    // nothing can interrupt: then the process must end without it.
    bool stop(std::chrono::milliseconds patience);

   private:
    struct Job {
        Question question;
        Shared reply = nullptr;
    };
    struct Document {
        std::string key;
        Shared reply;
    };

    void work();
    std::shared_ptr<Job> next_job(std::unique_lock<std::mutex>& lock);
    void look_further(std::unique_lock<std::mutex>& lock);
    void keep(const std::string& key, const Shared& reply);
    Shared known(const std::string& key);

    Answers& answers_;
    const WorkerOptions options_;
    std::mutex mutex_;
    std::condition_variable has_work_, has_reply_;
    std::list<std::string> queue_;                      // keys of jobs, oldest first
    std::map<std::string, std::shared_ptr<Job>> jobs_;  // asked and not answered
    std::list<Question> ahead_;
    enum class Ahead { first, later, done } stage_ = Ahead::first;
    std::list<Document> documents_;  // last used first
    std::map<std::string, std::list<Document>::iterator> document_of_;
    size_t bytes_ = 0, waiting_ = 0;
    bool is_stopped_ = false, has_ended_ = false;
    std::thread thread_;
};

}  // namespace heapkit::viewer
