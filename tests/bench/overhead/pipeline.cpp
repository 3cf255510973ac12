// SPDX-License-Identifier: MIT
//
// A program to measure: producers build messages, consumers read and free them. Every block is freed by another thread.
//
// Side:    tests, bench. Usage: pipeline PAIRS MESSAGES, of each pair of threads
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "plan.h"

namespace {

struct Message {
    std::string name;
    std::vector<std::string> fields;
};

// Messages change hands by the hundred, as otherwise the lock would be all that is measured.
class Channel {
   public:
    void put(std::vector<Message> batch) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return batches_.size() < 8; });
        batches_.push_back(std::move(batch));
        changed_.notify_all();
    }

    std::vector<Message> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !batches_.empty(); });
        std::vector<Message> batch = std::move(batches_.back());
        batches_.pop_back();
        changed_.notify_all();
        return batch;
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::vector<Message>> batches_;
};

constexpr size_t batch_messages = 100;

[[gnu::noinline]] Message make(uint64_t number) {
    Message message{.name = "message " + std::string(24, 'm') + std::to_string(number), .fields = {}};
    for (size_t i = 0; i < 4; ++i) message.fields.push_back(std::string(20 + number % 50, 'f'));
    return message;
}

void produce(Channel& channel, size_t messages) {
    for (size_t i = 0; i < messages; i += batch_messages) {
        std::vector<Message> batch;
        for (size_t k = 0; k < batch_messages; ++k) batch.push_back(make(i + k));
        channel.put(std::move(batch));
    }
}

void consume(Channel& channel, size_t messages) {
    for (size_t i = 0; i < messages; i += batch_messages) bench::seen(channel.take().size());
}

}  // namespace

int main(int argc, char** argv) {
    const size_t pairs = bench::number(argc, argv, 1, 1), messages = bench::number(argc, argv, 2, 10'000);
    std::vector<Channel> channels(pairs);
    std::vector<std::thread> team;
    for (Channel& channel : channels) {
        team.emplace_back([&, messages] { produce(channel, messages); });
        team.emplace_back([&, messages] { consume(channel, messages); });
    }
    for (std::thread& thread : team) thread.join();
}
