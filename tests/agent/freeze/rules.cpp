// SPDX-License-Identifier: MIT
//
// What a snapshot promises the program that it is taken of: each function is one sentence of the list in
// CMakeLists.txt. The program takes the snapshots itself and looks into them.
//
// Side: tests. rules NAME   under the agent, in a folder of its own; exits with 0 when it is so
#include <arpa/inet.h>
#include <poll.h>
#include <prof/control.h>
#include <prof/prof.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "analyze/verdicts.h"
#include "read/snapshot.h"

using namespace heapkit;

namespace {

constexpr const char* path = "rules.heap";
constexpr size_t page_bytes = 4096;

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "not so: %s (errno %s)\n", what, std::strerror(errno));
    std::_Exit(1);
}

read::Snapshot take() {
    int error;
    do error = prof_take_snapshot(path);
    while (error != 0 && errno == EBUSY);  // a copy that was asked for by the signal may still write
    require(error == 0, "a snapshot was taken");
    auto snapshot = read::Snapshot::open(path);
    require(bool(snapshot), "it can be read");
    return std::move(*snapshot);
}

analyze::LeakKind kind_of_block_of(const read::Snapshot& snapshot, uint64_t bytes) {
    const auto blocks = snapshot.blocks();
    const auto verdicts = analyze::verdicts_of(snapshot, {});
    require(blocks && verdicts, "the snapshot has blocks and verdicts");
    for (uint32_t i = 0; i < blocks->count(); ++i)
        if (blocks->size_bytes(BlockId(i)) == bytes) return verdicts->of[i];
    require(false, "the block is in the snapshot");
    return {};
}

// While a copy lives: one that is asked for by the signal is not waited for.
void ask_by_signal() { std::raise(SIGRTMAX - PROF_SIGNAL_BELOW_RTMAX); }

int listener(uint16_t& port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && listen(fd, 1) == 0,
            "the port is free");
    socklen_t length = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return fd;
}

void a_closed_port_is_free_while_a_copy_lives() {
    std::vector<std::vector<void*>> ballast(400'000, std::vector<void*>(10));
    uint16_t port = 0;
    int fd = listener(port);
    ask_by_signal();
    close(fd);
    // The copy closes its descriptors first of all; it may not have been given a processor yet.
    for (int tries = 0; tries < 1000; ++tries) {
        const int probe = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        close(probe);
        if (is_free) break;
        poll(nullptr, 0, 1);
    }
    close(listener(port));
    require(!ballast.empty(), "there is something to copy");
}

void wait_sees_no_copy() {
    ask_by_signal();
    int status = 0;
    require(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD, "wait() says that there is no child");
    take();
    require(wait(nullptr) == -1 && errno == ECHILD, "nor after a snapshot");
}

// Threads that wait where a signal would be noticed.
void sleeping_threads_are_not_interrupted() {
    std::atomic<int> interrupted{0}, begun{0};
    std::atomic<bool> at_end{false};
    const int queue = epoll_create1(0);
    auto repeat = [&](auto wait) {
        return std::thread([&, wait] {
            ++begun;
            while (!at_end) interrupted += wait() == -1 && errno == EINTR;
        });
    };
    std::vector<std::thread> threads;
    threads.push_back(repeat([] { return poll(nullptr, 0, 20); }));
    threads.push_back(repeat([queue] {
        epoll_event event;
        return epoll_wait(queue, &event, 1, 20);
    }));
    threads.push_back(repeat([] {
        const timespec time{0, 20'000'000};
        return nanosleep(&time, nullptr);
    }));
    while (begun < 3) std::this_thread::yield();
    poll(nullptr, 0, 5);
    for (int i = 0; i < 20; ++i) take();
    at_end = true;
    for (std::thread& thread : threads) thread.join();
    // One that was caught on its way into the kernel runs, and is stopped by the signal.
    require(interrupted <= 2, "sleeping threads slept on");
}

void memory_that_cannot_be_read_is_a_loss() {
    constexpr size_t bytes = 64 * page_bytes;
    char* block = static_cast<char*>(std::malloc(bytes));
    char* page = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(block) + 2 * page_bytes) & ~(page_bytes - 1));
    require(mprotect(page, page_bytes, PROT_NONE) == 0, "a page can be closed");
    require(take().lost(PROF_LOSS_UNREADABLE_BYTES) == page_bytes, "one closed page is lost, and nothing else");
    require(mprotect(page, page_bytes, PROT_READ | PROT_WRITE) == 0, "and opened");
    require(madvise(page, page_bytes, MADV_DONTFORK) == 0, "a page can be kept from copies");
    require(take().lost(PROF_LOSS_UNREADABLE_BYTES) == page_bytes, "one page that is not copied is lost");
    require(madvise(page, page_bytes, MADV_DOFORK) == 0, "and given back");
    std::free(block);
}

void a_truncated_file_does_not_end_the_copy() {
    char name[] = "truncated.XXXXXX";
    const int fd = mkstemp(name);
    require(fd >= 0 && ftruncate(fd, 4 * page_bytes) == 0, "there is a file");
    char* map = static_cast<char*>(mmap(nullptr, 4 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    map[0] = 1;
    require(ftruncate(fd, 0) == 0, "it can be cut");
    take();
    unlink(name);
}

void mapped_memory_holds_blocks() {
    void** map =
        static_cast<void**>(mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    map[5000] = std::malloc(7777);
    // A neighbour of the allocator's, which the kernel shows as one mapping with ours.
    void* large = std::malloc(3 << 20);
    require(kind_of_block_of(take(), 7777) == analyze::LeakKind::reachable,
            "a block that a mapping holds is reachable");
    std::free(large);
}

[[gnu::noinline]] void lose_block() {
    void* volatile block = std::malloc(8888);
    void** holder = static_cast<void**>(std::malloc(sizeof(void*) * 100'000));
    holder[50'000] = block;
    block = nullptr;
    std::free(holder);
}

void a_freed_block_holds_nothing() {
    std::thread(lose_block).join();
    require(kind_of_block_of(take(), 8888) != analyze::LeakKind::reachable, "a lost block is found");
}

void a_thread_that_blocks_all_signals_is_said() {
    std::atomic<bool> at_end{false}, begun{false};
    std::thread busy([&] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        begun = true;
        while (!at_end) continue;
    });
    while (!begun) std::this_thread::yield();
    require(take().lost(PROF_LOSS_THREADS_RAN) > 0, "the snapshot says that a thread ran");
    at_end = true;
    busy.join();
}

void who_waits_for_all_signals_sees_none_of_ours() {
    std::atomic<bool> at_end{false}, begun{false};
    std::atomic<int> seen{0};
    std::thread waiter([&] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        const timespec time{0, 2'000'000};
        begun = true;
        while (!at_end) seen += sigtimedwait(&all, nullptr, &time) > 0;
    });
    while (!begun) std::this_thread::yield();
    for (int i = 0; i < 50; ++i) take();
    at_end = true;
    waiter.join();
    require(seen == 0, "sigwait() returned no signal");
}

// Where a call goes on, and with it the frame: noted by the call itself. Nothing near it points to a block.
std::atomic<uint64_t> returns_to{0};
std::atomic<bool> may_end{false};
[[gnu::noinline]] void sleep_in_call() {
    char far_away[512];
    asm volatile("" : : "r"(far_away) : "memory");
    returns_to = reinterpret_cast<uint64_t>(__builtin_extract_return_addr(__builtin_return_address(0)));
    while (!may_end) poll(nullptr, 0, 20);
}
[[gnu::noinline]] void spin_in_call() {
    while (!may_end) continue;
}

const prof_module* module_at(const read::Snapshot& snapshot, uint64_t address) {
    for (const prof_module& module : snapshot.modules())
        if (module.last_generation == PROF_GENERATION_ALIVE && address >= module.start && address < module.end)
            return &module;
    return nullptr;
}

bool has_on_stack(const read::Snapshot& snapshot, uint32_t thread, uint64_t address) {
    const auto words = snapshot.words();
    require(bool(words), "the snapshot has words");
    for (const prof_root& root : words->roots) {
        if (root.kind != PROF_ROOT_STACK || root.owner != thread) continue;
        for (uint64_t i = root.words_begin; i < root.words_end; ++i) {
            const bool is_code = (words->slot[i] & 15) == PROF_WORD_MODULE;
            if (is_code && words->targets[words->value[i]] == address) return true;
        }
    }
    return false;
}

void every_thread_says_where_it_was() {
    std::atomic<pid_t> sleeping{0}, spinning{0};
    std::thread sleeper([&] { sleeping = gettid(), sleep_in_call(); });
    std::thread spinner([&] { spinning = gettid(), spin_in_call(); });
    while (returns_to == 0 || spinning == 0) std::this_thread::yield();
    const read::Snapshot snapshot = take();
    const prof_module* ours = module_at(snapshot, reinterpret_cast<uint64_t>(&spin_in_call));
    const prof_module* libc = module_at(snapshot, reinterpret_cast<uint64_t>(&poll));
    uint32_t seen = 0;
    for (uint32_t i = 0; i < snapshot.threads().size(); ++i) {
        const prof_thread& thread = snapshot.threads()[i];
        require(thread.stack_pointer >= thread.stack_start && thread.stack_pointer < thread.stack_end,
                "it is on its stack");
        const prof_module* at = module_at(snapshot, thread.program_counter);
        const auto tid = static_cast<pid_t>(thread.tid);
        ++seen;
        if (tid == spinning) {
            const uint64_t start = reinterpret_cast<uint64_t>(&spin_in_call);
            require(thread.program_counter >= start && thread.program_counter < start + 64,
                    "one that ran, at the very place");
        } else if (tid == sleeping) {
            require(at == libc, "one that slept, behind its system call");
            require(has_on_stack(snapshot, i, returns_to), "and its return addresses are kept");
        } else {
            require(at != nullptr && (at->flags & PROF_MODULE_AGENT) != 0, "the one that asked, inside libprof");
        }
    }
    require(seen == 3 && ours != nullptr && libc != nullptr && ours != libc, "three threads, two modules");
    may_end = true;
    sleeper.join();
    spinner.join();
}

// It blocks all signals, those of libc too, as libc does for a moment; but this one for ever.
void a_thread_that_does_not_come_is_waited_for_a_moment() {
    std::atomic<bool> at_end{false}, begun{false};
    std::thread stuck([&] {
        const uint64_t all = ~uint64_t{0};
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);
        begun = true;
        while (!at_end) continue;
    });
    while (!begun) std::this_thread::yield();
    const read::Snapshot snapshot = take();
    require(snapshot.lost(PROF_LOSS_THREADS_RAN) == 1, "the snapshot says that one thread ran");
    require(snapshot.process().pause_ns > 50'000'000, "it was waited for");
    at_end = true;
    stuck.join();
}

// The copy that the main thread made, or 0.
pid_t copy_of_main() {
    std::ifstream file("/proc/self/task/" + std::to_string(getpid()) + "/children");
    pid_t child = 0;
    file >> child;
    return child;
}

std::string oom_score_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/oom_score_adj");
    std::string text;
    file >> text;
    return text;
}

// A thread that meets the copy while the main thread waits for it, as soon as it has offered itself. 0: missed.
std::thread catcher(std::atomic<pid_t>& caught) {
    return std::thread([&caught] {
        for (pid_t copy = 0; caught == 0; copy = copy_of_main())
            if (copy != 0 && oom_score_of(copy) == "1000" && kill(copy, SIGSTOP) == 0) caught = copy;
    });
}

void the_copy_goes_first_when_memory_runs_out() {
    std::vector<std::vector<void*>> ballast(400'000, std::vector<void*>(10));  // so that it lives for a moment
    std::atomic<pid_t> caught{0};
    std::thread catching = catcher(caught);
    std::thread letting_go([&] {
        while (caught == 0) poll(nullptr, 0, 1);
        require(oom_score_of(getpid()) != "1000", "the program's own score is as it was");
        kill(caught, SIGCONT);
    });
    while (caught == 0) take();
    catching.join();
    letting_go.join();
    require(!ballast.empty(), "there is something to copy");
}

void a_copy_that_hangs_is_ended_and_said() {
    std::vector<std::vector<void*>> ballast(400'000, std::vector<void*>(10));
    std::atomic<pid_t> caught{0};
    std::thread catching = catcher(caught);
    int error = 0;
    while (caught == 0) error = prof_take_snapshot(path) == 0 ? 0 : errno;
    catching.join();
    require(error == ETIMEDOUT, "the snapshot took too long");
    require(kill(caught, 0) != 0 && errno == ESRCH, "the copy is gone");
    take();
    require(!ballast.empty(), "there is something to copy");
}

// A limit of this process, as it was again at the end.
class Limit {
   public:
    Limit(__rlimit_resource what, rlim_t most) : what_(what) {
        require(getrlimit(what_, &before_) == 0, "the limit is known");
        const rlimit tight{.rlim_cur = most, .rlim_max = before_.rlim_max};
        require(setrlimit(what_, &tight) == 0, "the limit can be set");
    }
    ~Limit() { setrlimit(what_, &before_); }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;

   private:
    __rlimit_resource what_;
    rlimit before_{};
};

void require_refusal(int error, const char* what) {
    errno = 0;
    require(prof_take_snapshot(path) == -1 && errno == error, what);
    require(std::filesystem::is_empty("."), "nothing of it stays");
}

void a_limit_on_file_sizes_refuses_and_ends_nobody() {
    const std::vector<std::vector<void*>> ballast(20'000, std::vector<void*>(10));
    for (const rlim_t most : {0, 4096, 100'000}) {
        const Limit limit(RLIMIT_FSIZE,
                          most);  // a write beyond it is answered with SIGXFSZ, which ends who does not block it
        require_refusal(EFBIG, "the file would be too large");
    }
    take();
}

void who_has_no_descriptor_left_runs_on() {
    {
        const Limit limit(RLIMIT_NOFILE, 3);
        errno = 0;
        require(prof_take_snapshot(path) == 0 || errno == EMFILE, "there is a snapshot, or a reason");
    }
    take();
}

void a_limit_on_processes_refuses() {
    constexpr uid_t nobody = 54321;
    const bool is_root = geteuid() == 0;  // who has no such limit
    require(!is_root || setresuid(nobody, nobody, 0) == 0, "root can be somebody else");
    {
        const Limit limit(RLIMIT_NPROC, 0);
        require_refusal(EAGAIN, "the kernel makes no copy");
    }
    require(!is_root || setresuid(0, 0, 0) == 0, "and root again");
    take();
}

const std::map<std::string_view, void (*)()> rules = {
    {"a_closed_port_is_free_while_a_copy_lives", a_closed_port_is_free_while_a_copy_lives},
    {"wait_sees_no_copy", wait_sees_no_copy},
    {"who_waits_for_all_signals_sees_none_of_ours", who_waits_for_all_signals_sees_none_of_ours},
    {"sleeping_threads_are_not_interrupted", sleeping_threads_are_not_interrupted},
    {"memory_that_cannot_be_read_is_a_loss", memory_that_cannot_be_read_is_a_loss},
    {"a_truncated_file_does_not_end_the_copy", a_truncated_file_does_not_end_the_copy},
    {"mapped_memory_holds_blocks", mapped_memory_holds_blocks},
    {"a_freed_block_holds_nothing", a_freed_block_holds_nothing},
    {"a_thread_that_blocks_all_signals_is_said", a_thread_that_blocks_all_signals_is_said},
    {"every_thread_says_where_it_was", every_thread_says_where_it_was},
    {"a_thread_that_does_not_come_is_waited_for_a_moment", a_thread_that_does_not_come_is_waited_for_a_moment},
    {"the_copy_goes_first_when_memory_runs_out", the_copy_goes_first_when_memory_runs_out},
    {"a_copy_that_hangs_is_ended_and_said", a_copy_that_hangs_is_ended_and_said},
    {"a_limit_on_file_sizes_refuses_and_ends_nobody", a_limit_on_file_sizes_refuses_and_ends_nobody},
    {"who_has_no_descriptor_left_runs_on", who_has_no_descriptor_left_runs_on},
    {"a_limit_on_processes_refuses", a_limit_on_processes_refuses},
};

void remove_snapshots() {
    for (const auto& entry : std::filesystem::directory_iterator("."))
        if (entry.path().extension() == ".heap") std::filesystem::remove(entry.path());
}

}  // namespace

int main(int argc, char** argv) {
    const auto rule = argc > 1 ? rules.find(argv[1]) : rules.end();
    if (rule == rules.end()) return 2;
    remove_snapshots();  // of a run that failed
    rule->second();
    remove_snapshots();
    return 0;
}
