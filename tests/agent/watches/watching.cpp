// SPDX-License-Identifier: MIT
//
// A program that watches its own objects. Side: tests.
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <prof/prof.hpp>
#include <prof/watch.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "say.h"

namespace {

using self_test::say;

struct Session {
    ~Session() { is_destroyed = true; }
    long numbers[8] = {};
    static inline bool is_destroyed = false;
};

void* fresh(size_t bytes) {
    void* const block = std::malloc(bytes);
    asm volatile("" ::"r"(block) : "memory");
    return block;
}

void count(void*, void* context) { ++*static_cast<int*>(context); }

void an_object_is_told_of_once_before_its_memory_is_given_back() {
    int told = 0;
    bool was_destroyed = false, has_stack = false;
    auto* const session = new Session;
    const prof::watch end(session, [&](Session* gone) {
        void* frame = nullptr;
        ++told;
        was_destroyed = Session::is_destroyed;
        has_stack = gone == session && prof::allocation_stack(gone, &frame, 1) > 0;
    });
    say("an object that lives is watched", static_cast<bool>(end));
    delete session;
    say("its end is told once", told == 1 && !end);
    say("its destructor has run by then", was_destroyed);
    say("its block is still there", has_stack);
    void* const next = fresh(sizeof(Session));
    std::free(next);
    say("what lies there next is another matter", told == 1);

    int inner = 0, first = 0, second = 0;
    auto* const bytes = static_cast<char*>(fresh(100'000));
    const prof::watch middle(bytes + 50'000, [&] { ++inner; });
    const prof::watch one(bytes, [&] { ++first; }), other(bytes, [&] { ++second; });
    std::free(bytes);
    say("a pointer into a block watches the block", inner == 1);
    say("a block has as many watches as one likes", first == 1 && second == 1);
}

void a_watch_that_was_cancelled_is_silent() {
    int told = 0;
    void* const block = fresh(100);
    {
        const prof::watch scope(block, [&] { ++told; });
        prof::watch moved(block, [&] { ++told; });
        prof::watch to = std::move(moved);
        to = prof::watch();
    }
    const uint64_t number = prof_watch(block, count, &told);
    say("a watch is cancelled once", prof_unwatch(number) == 0 && prof_unwatch(number) == -1);
    say("and never that was never there", prof_unwatch(0) == -1 && prof_unwatch(UINT64_MAX) == -1);
    std::free(block);
    say("nobody was told", told == 0);
    void* const other = fresh(100);
    const uint64_t later = prof_watch(other, count, &told);
    say("a number is not used again", later != number && prof_unwatch(number) == -1);
    std::free(other);
    say("a watch that has told cannot be cancelled", told == 1 && prof_unwatch(later) == -1);
}

void who_moves_a_block_ends_what_was_there() {
    int told = 0;
    char* block = static_cast<char*>(fresh(100'000));
    prof_watch(block, count, &told);
    void* const behind = fresh(100);
    char* const smaller = static_cast<char*>(std::realloc(block, 90'000));
    say("a block that stays in its place is the same", smaller == block && told == 0);
    char* const larger = static_cast<char*>(std::realloc(smaller, 4'000'000));
    say("one that moves has ended", larger != block && told == 1);
    prof_watch(larger, count, &told);
    void* const none = std::realloc(larger, SIZE_MAX / 2);
    say("a realloc that fails ends nothing", none == nullptr && told == 1);
    say("one to no bytes does", std::realloc(larger, 0) == nullptr && told == 2);
    std::free(behind);
}

void a_callback_may_do_what_it_likes() {
    void* const block = fresh(100);
    void* const another = fresh(100);
    void* const chained = fresh(100);
    int told = 0, chained_told = 0;
    auto self = std::make_unique<prof::watch>();
    prof::watch again;
    const prof::watch cancelled(another, [&] { ++told; });
    prof_watch(chained, count, &chained_told);
    *self = prof::watch(block, [&] {
        std::vector<int> numbers(1000);
        self.reset();
        std::free(chained);
        again = prof::watch(another, [&] { ++told; });
        ++told;
    });
    const prof::watch throws(block, [] { throw std::runtime_error("ends here"); });
    std::free(block);
    say("it allocates, destroys its own watch, and frees", told == 1 && self == nullptr);
    say("what it frees, others are told of", chained_told == 1);
    std::free(another);
    say("it watches", told == 3);
}

void what_a_program_hands_out_ends_by_its_word_or_with_its_pool() {
    char* const pool = static_cast<char*>(fresh(64 << 10));
    int told[5] = {};
    for (int i = 0; i < 5; ++i) {
        prof_block_allocated(pool + 4096 + i * 64, 64);
        prof_watch(pool + 4096 + i * 64, count, &told[i]);
    }
    int of_the_pool = 0;
    prof_watch(pool, count, &of_the_pool);
    prof_block_freed(pool + 4096);
    say("by its word", told[0] == 1 && told[1] == 0);
    prof_blocks_freed(pool + 4096 + 64, 128);
    say("by one word for several", told[1] == 1 && told[2] == 1 && told[3] == 0);
    std::free(pool);
    say("with its pool", told[0] == 1 && told[3] == 1 && told[4] == 1 && of_the_pool == 1);
}

void what_is_no_block_cannot_be_watched() {
    static int global;
    int local = 0, told = 0;
    void* const block = fresh(100);
    std::free(block);
    say("a global, a local, nothing", prof_watch(&global, count, &told) == 0 && prof_watch(&local, count, &told) == 0 &&
                                          prof_watch(nullptr, count, &told) == 0);
    say("a block that was freed", prof_watch(block, count, &told) == 0);
    void* const live = fresh(100);
    say("a live block without a callback", prof_watch(live, nullptr, nullptr) == 0);
    say("a watch of such is false", !prof::watch(&global, [] {}));
    std::free(live);
}

void of_a_free_and_a_cancel_at_once_one_comes_first() {
    constexpr int rounds = 20'000;
    static std::atomic<int> told{0}, turn{0};
    static std::atomic<void*> offered{nullptr};
    std::thread freeing([] {
        for (int i = 1; i <= rounds; ++i) {
            while (turn.load() != i) std::this_thread::yield();
            std::free(offered.exchange(nullptr));
            turn.store(-i);
        }
    });
    int cancelled = 0;
    for (int i = 1; i <= rounds; ++i) {
        void* const block = fresh(64);
        const uint64_t number = prof_watch(
            block, [](void*, void*) { ++told; }, nullptr);
        offered.store(block);
        turn.store(i);
        cancelled += prof_unwatch(number) == 0;
        while (turn.load() != -i) std::this_thread::yield();
    }
    freeing.join();
    say("each is either told or cancelled", told + cancelled == rounds);
}

void a_registry_has_what_lives() {
    prof::weak_registry<Session> sessions;
    auto first = std::make_unique<Session>(), second = std::make_unique<Session>();
    say("objects are taken in", sessions.add(first.get()) && sessions.add(second.get()) && sessions.add(second.get()));
    Session on_the_stack;
    say("but for those that cannot be watched", !sessions.add(&on_the_stack) && sessions.size() == 2);
    first.reset();
    say("who is freed is gone from it", sessions.size() == 1 && sessions.live().front() == second.get());
    sessions.remove(second.get());
    sessions.remove(second.get());
    say("and who is taken out", sessions.size() == 0 && !sessions.contains(second.get()));
    sessions.add(second.get());
}

void a_registry_is_kept_by_many_threads() {
    auto sessions = std::make_unique<prof::weak_registry<Session>>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 20'000; ++round) {
                const auto session = std::make_unique<Session>();
                sessions->add(session.get());
            }
        });
    for (std::thread& each : threads) each.join();
    say("it is empty when all are gone", sessions->size() == 0);

    for (int round = 0; round < 500; ++round) {
        auto short_lived = std::make_unique<prof::weak_registry<Session>>();
        auto session = std::make_unique<Session>();
        short_lived->add(session.get());
        std::thread freeing([&] { session.reset(); });
        short_lived.reset();
        freeing.join();
    }
    say("it may end while its objects do", true);
}

void a_forked_child_is_told_too() {
    int told = 0;
    void* const block = fresh(100);
    const prof::watch end(block, [&] { ++told; });
    const pid_t child = fork();
    if (child == 0) {
        std::free(block);
        _exit(told);
    }
    int status = 0;
    waitpid(child, &status, 0);
    say("the child was told", WIFEXITED(status) && WEXITSTATUS(status) == 1);
    say("its parent not yet", told == 0 && end);
    std::free(block);
    say("and then was", told == 1);
}

void* watched_by_handler = nullptr;
std::atomic<int> handled{0}, told_of_handled{0};
void handler(int) {
    const uint64_t number = prof_watch(
        watched_by_handler, [](void*, void*) { ++told_of_handled; }, nullptr);
    if (number != 0 && prof_unwatch(number) != 0) std::abort();
    ++handled;
}

void a_signal_handler_may_watch() {
    watched_by_handler = fresh(64);
    std::signal(SIGALRM, handler);
    const itimerval often{.it_interval = {0, 50}, .it_value = {0, 50}};
    setitimer(ITIMER_REAL, &often, nullptr);
    for (int i = 0; handled < 2000 && i < 100'000'000; ++i) std::free(fresh(static_cast<size_t>(i % 1000)));
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    std::free(watched_by_handler);
    say("it did so often, whatever it interrupted", handled >= 2000 && told_of_handled == 0);
}

void a_million_watches_are_enough() {
    constexpr size_t most = (1u << 20) - 2;  // one waits since before main
    std::vector<void*> blocks(most + 1);
    int told = 0;
    size_t refused = 0;
    for (void*& block : blocks) refused += prof_watch(block = fresh(16), count, &told) == 0;
    say("the one beyond is refused", refused == 1);
    for (void* block : blocks) std::free(block);
    say("all others were told of", told == static_cast<int>(most));
    void* const block = fresh(16);
    say("and there is room again", prof_watch(block, count, &told) != 0);
    std::free(block);
}

int told_after_exit = 0;
void* from_before_main = nullptr;
[[gnu::constructor]] void before_main() {
    from_before_main = fresh(100);
    prof_watch(from_before_main, count, &told_after_exit);
}
struct Last {
    bool is_asked = false;
    ~Last() {
        std::free(from_before_main);
        if (is_asked && told_after_exit != 1) _exit(3);
    }
} last;

void objects_may_be_watched_before_main_and_end_after_exit() {
    last.is_asked = true;
    say("nobody is told before", told_after_exit == 0);
}

void without_the_recorder() {
    int told = 0;
    auto session = std::make_unique<Session>();
    prof::weak_registry<Session> sessions;
    say("nothing is watched", !prof::watch(session.get(), [&] { ++told; }) && !sessions.add(session.get()));
    say("nothing is cancelled", prof_unwatch(1) == -1 && prof_clear_traces() == -1);
    session.reset();
    say("nobody is told", told == 0);
}

constexpr self_test::Sentence sentences[] = {
#define SENTENCE(name) \
    { #name, name }
    SENTENCE(an_object_is_told_of_once_before_its_memory_is_given_back),
    SENTENCE(a_watch_that_was_cancelled_is_silent),
    SENTENCE(who_moves_a_block_ends_what_was_there),
    SENTENCE(a_callback_may_do_what_it_likes),
    SENTENCE(what_a_program_hands_out_ends_by_its_word_or_with_its_pool),
    SENTENCE(what_is_no_block_cannot_be_watched),
    SENTENCE(of_a_free_and_a_cancel_at_once_one_comes_first),
    SENTENCE(a_registry_has_what_lives),
    SENTENCE(a_registry_is_kept_by_many_threads),
    SENTENCE(a_forked_child_is_told_too),
    SENTENCE(a_signal_handler_may_watch),
    SENTENCE(a_million_watches_are_enough),
    SENTENCE(objects_may_be_watched_before_main_and_end_after_exit),
    SENTENCE(without_the_recorder),
#undef SENTENCE
};

}  // namespace

int main(int argc, char** argv) { return self_test::run(sentences, argc, argv); }
