// SPDX-License-Identifier: MIT
//
// See worker.h.
//
// Side: viewer/server.
#include "server/worker.h"

#include <utility>

namespace heapkit::viewer {
namespace {

Worker::Shared busy(const Question& question) {
    return std::make_shared<const Reply>(refusal(503, {"too many are waiting for answers", "Ask again in a second."},
                                                 key_of(question.name, question.parameters)));
}

Worker::Shared stopped(const Question& question) {
    return std::make_shared<const Reply>(
        refusal(503, {"heapkit view was stopped", "Start it again."}, key_of(question.name, question.parameters)));
}

Worker::Shared gone(const Question& question) {
    return std::make_shared<const Reply>(refusal(
        410,
        {"a snapshot was truncated while it was read", "Take it again, or put it back, and start heapkit view anew."},
        key_of(question.name, question.parameters)));
}

// How often who waits looks whether the worker can ever answer: a signal handler cannot wake him.
constexpr std::chrono::milliseconds between_looks(100);

}  // namespace

Worker::Worker(Answers& answers, WorkerOptions options) : answers_(answers), options_(std::move(options)) {
    const std::vector<Question> first = options_.works_ahead ? answers.first_questions() : std::vector<Question>();
    ahead_.assign(first.begin(), first.end());
    thread_ = std::thread([this] { work(); });
}

Worker::~Worker() {
    stop({});
    if (thread_.joinable()) thread_.join();
}

Worker::Shared Worker::known(const std::string& key) {
    const auto found = document_of_.find(key);
    if (found == document_of_.end()) return nullptr;
    documents_.splice(documents_.begin(), documents_, found->second);
    return documents_.front().reply;
}

Worker::Shared Worker::ask(const Question& question) {
    const std::string key = key_of(question.name, question.parameters);
    std::unique_lock lock(mutex_);
    if (Shared reply = known(key)) return reply;
    if (is_stopped_) return stopped(question);
    if (SnapshotWatch::a_file_was_cut()) return gone(question);
    if (waiting_ >= options_.most_waiting) return busy(question);
    auto& job = jobs_[key];
    if (job == nullptr) {
        job = std::make_shared<Job>(Job{question});
        queue_.push_back(key);
        has_work_.notify_one();
    }
    const std::shared_ptr<Job> mine = job;
    ++waiting_;
    const auto is_over = [&] { return mine->reply != nullptr || is_stopped_; };
    while (!has_reply_.wait_for(lock, between_looks, is_over) && !SnapshotWatch::a_file_was_cut()) {
    }
    --waiting_;
    if (mine->reply != nullptr) return mine->reply;
    return is_stopped_ ? stopped(question) : gone(question);
}

// Nothing waits and nothing is left to work ahead: what comes after that.
void Worker::look_further(std::unique_lock<std::mutex>& lock) {
    const bool were_first = std::exchange(stage_, stage_ == Ahead::first ? Ahead::later : Ahead::done) == Ahead::first;
    lock.unlock();
    const std::vector<Question> later = were_first ? answers_.later_questions() : std::vector<Question>();
    if (!were_first && options_.is_ahead) options_.is_ahead();
    lock.lock();
    ahead_.assign(later.begin(), later.end());
}

// What somebody waits for comes first.
std::shared_ptr<Worker::Job> Worker::next_job(std::unique_lock<std::mutex>& lock) {
    while (!is_stopped_ && queue_.empty() && ahead_.empty() && stage_ != Ahead::done && options_.works_ahead)
        look_further(lock);
    has_work_.wait(lock, [&] { return is_stopped_ || !queue_.empty() || !ahead_.empty(); });
    if (is_stopped_) return nullptr;
    if (!queue_.empty()) {
        const std::string key = std::move(queue_.front());
        queue_.pop_front();
        return jobs_[key];
    }
    Question question = std::move(ahead_.front());
    ahead_.pop_front();
    auto& job = jobs_[key_of(question.name, question.parameters)];
    if (job == nullptr) job = std::make_shared<Job>(Job{std::move(question)});
    return job;
}

void Worker::work() {
    std::unique_lock lock(mutex_);
    while (const std::shared_ptr<Job> job = next_job(lock)) {
        const std::string key = key_of(job->question.name, job->question.parameters);
        Shared reply = known(key);
        lock.unlock();
        if (reply == nullptr) reply = std::make_shared<const Reply>(answers_.ask(job->question));
        lock.lock();
        keep(key, reply);
        job->reply = std::move(reply);
        jobs_.erase(key);
        has_reply_.notify_all();
    }
    has_ended_ = true;
    has_reply_.notify_all();
}

// What went wrong may go well the next time; what is there stays until others need the room.
void Worker::keep(const std::string& key, const Shared& reply) {
    if (reply->status != 200 || document_of_.contains(key)) return;
    documents_.push_front({key, reply});
    document_of_[key] = documents_.begin();
    bytes_ += reply->json.size();
    while (bytes_ > options_.most_bytes && documents_.size() > 1) {
        bytes_ -= documents_.back().reply->json.size();
        document_of_.erase(documents_.back().key);
        documents_.pop_back();
    }
}

bool Worker::stop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    is_stopped_ = true;
    has_work_.notify_all();
    has_reply_.notify_all();
    return has_reply_.wait_for(lock, patience, [&] { return has_ended_; });
}

}  // namespace heapkit::viewer
