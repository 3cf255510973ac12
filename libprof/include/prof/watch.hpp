// SPDX-License-Identifier: MIT
//
// Weak references: to be told when an object is freed, and a table of objects that holds none of them. Header only.
//
// Side:    the bridge. prof_watch() of prof.h says which objects can be watched, and when the callback runs.
// Threads: a watch belongs to one thread at a time; its callback runs in the one that frees the object. A registry may
// be
//          used by several. Signals: none of this.
// Absent the recorder, nothing is ever watched: a watch is false, add() returns false.
#pragma once

#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <prof/prof.h>

namespace prof {

namespace detail {

inline const void* this_thread() noexcept {
    static thread_local char here;
    return &here;
}

// Belongs to the watch and to who may call back; the last one deletes it.
class Watched {
   public:
    Watched() = default;
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    virtual ~Watched() = default;

    bool arm(void* object) noexcept {
        number_ = prof_watch(object, told, this);
        return number_ != 0;
    }
    bool is_told() const noexcept { return is_told_.load(std::memory_order_acquire); }

    // The watch needs it no more. Afterwards nobody is called, and no call is under way in another thread.
    void cancel() noexcept {
        if (prof_unwatch(number_) == 0) {
            delete this;
            return;
        }
        while (!is_told() && teller_.load(std::memory_order_acquire) != this_thread() && getpid() == process_)
            std::this_thread::yield();
        release();
    }

   private:
    virtual void call(void* object) = 0;

    static void told(void* object, void* context) {
        auto* const self = static_cast<Watched*>(context);
        self->teller_.store(this_thread(), std::memory_order_release);
#ifdef __cpp_exceptions
        try {
            self->call(object);
        } catch (...) {  // free() cannot throw, and nobody above it could catch
        }
#else
        self->call(object);
#endif
        self->is_told_.store(true, std::memory_order_release);
        self->release();
    }

    void release() noexcept {
        if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

    uint64_t number_ = 0;
    const pid_t process_ = getpid();
    std::atomic<int> owners_{2};
    std::atomic<bool> is_told_{false};
    std::atomic<const void*> teller_{nullptr};
};

template <typename T, typename Callback>
class WatchedAs final : public Watched {
   public:
    explicit WatchedAs(Callback callback) : callback_(std::move(callback)) {}

   private:
    void call(void* object) override {
        if constexpr (std::is_invocable_v<Callback&, T*>)
            callback_(static_cast<T*>(object));
        else
            callback_();
    }
    Callback callback_;
};

}  // namespace detail

// A weak reference with a callback, as Python's weakref.ref(object, callback): told once, when the object's block is
// freed, and only while this lives.
//
//     const prof::watch end(session, [](Session*) { std::puts("the session is gone"); });
//
// The object's destructor has run when it is called. What the callback throws ends there. It may destroy this watch;
// who destroys it elsewhere meanwhile waits for the callback, so do not do that under a lock that the callback takes.
class watch {
   public:
    watch() = default;
    template <typename T, typename Callback>
    [[nodiscard]] watch(T* object, Callback callback) {
        auto* const made = new detail::WatchedAs<T, Callback>(std::move(callback));
        if (made->arm(const_cast<std::remove_cv_t<T>*>(object)))
            watched_ = made;
        else
            delete made;
    }
    watch(watch&& other) noexcept : watched_(std::exchange(other.watched_, nullptr)) {}
    watch& operator=(watch&& other) noexcept {
        if (this != &other) cancel(), watched_ = std::exchange(other.watched_, nullptr);
        return *this;
    }
    ~watch() { cancel(); }

    // Whether an object is watched, and nobody has been told yet.
    explicit operator bool() const noexcept { return watched_ != nullptr && !watched_->is_told(); }

    void cancel() noexcept {
        if (detail::Watched* const watched = std::exchange(watched_, nullptr)) watched->cancel();
    }

   private:
    detail::Watched* watched_ = nullptr;
};

// The objects of a kind that live, as Python's weakref.WeakSet: whoever is freed is no longer in it, and it keeps
// nothing alive. A registry that a leak cannot hide in.
//
//     prof::weak_registry<Session> sessions;
//     Session::Session() { sessions.add(this); }
//
// A pointer from live() is as good as the program makes it: another thread may free the object meanwhile.
template <typename T>
class weak_registry {
   public:
    weak_registry() = default;
    weak_registry(const weak_registry&) = delete;
    weak_registry& operator=(const weak_registry&) = delete;

    // Waits for those who are being taken out by other threads.
    ~weak_registry() {
        std::unique_lock lock(mutex_);
        for (auto each = number_of_.begin(); each != number_of_.end();)
            each = prof_unwatch(each->second) == 0 ? number_of_.erase(each) : std::next(each);
        while (!number_of_.empty()) {
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
        }
    }

    // False: it cannot be watched. True too when it was there.
    bool add(T* object) {
        const std::lock_guard lock(mutex_);
        const auto [place, is_new] = number_of_.try_emplace(object, 0);
        if (!is_new) return true;
        place->second = prof_watch(object, gone, this);
        if (place->second == 0) number_of_.erase(place);
        return number_of_.count(object) != 0;
    }

    void remove(T* object) {
        const std::lock_guard lock(mutex_);
        const auto place = number_of_.find(object);
        if (place != number_of_.end() && prof_unwatch(place->second) == 0) number_of_.erase(place);
    }

    bool contains(T* object) const {
        const std::lock_guard lock(mutex_);
        return number_of_.count(object) != 0;
    }
    size_t size() const {
        const std::lock_guard lock(mutex_);
        return number_of_.size();
    }
    std::vector<T*> live() const {
        const std::lock_guard lock(mutex_);
        std::vector<T*> all;
        all.reserve(number_of_.size());
        for (const auto& [object, number] : number_of_) all.push_back(object);
        return all;
    }

   private:
    // Before the object's memory is given back: no other object has its address yet.
    static void gone(void* object, void* context) {
        auto* const self = static_cast<weak_registry*>(context);
        const std::lock_guard lock(self->mutex_);
        self->number_of_.erase(static_cast<T*>(object));
    }

    mutable std::mutex mutex_;
    std::unordered_map<T*, uint64_t> number_of_;
};

}  // namespace prof
