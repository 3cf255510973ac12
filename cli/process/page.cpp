// SPDX-License-Identifier: MIT
//
// See page.h.
//
// Side: our process, cli.
#include "process/page.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace heapkit::cli {
namespace {

constexpr int field_of_start_time = 22;

std::string in_proc(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::string named(pid_t pid) { return "process " + std::to_string(pid) + " (" + process_name(pid) + ")"; }

// The value of a line of /proc/PID/status.
std::string status(pid_t pid, const std::string& key) {
    std::ifstream file(in_proc(pid, "status"));
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key + ":")) continue;
        const size_t at = line.find_first_not_of(" \t", key.size() + 1);
        return at == std::string::npos ? "" : line.substr(at);
    }
    return {};
}

// A container's filter is on us too: what it forbids fails, and the runtimes' let snapshots be. One that the program
// made itself may kill it. Filters are only ever added, so as many as ours are ours.
bool has_filter_of_its_own(pid_t pid) {
    const std::string filters = status(pid, "Seccomp_filters");
    const bool is_ours =
        status(getpid(), "Seccomp") == "2" && !filters.empty() && filters == status(getpid(), "Seccomp_filters");
    return status(pid, "Seccomp") == "2" && !is_ours;
}

uint64_t start_time(pid_t pid) {
    std::ifstream file(in_proc(pid, "stat"));
    std::string text;
    std::getline(file, text);
    const size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(text.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= field_of_start_time && fields >> field; ++number) {
    }
    return std::strtoull(field.c_str(), nullptr, 10);
}

// What the process's memory map says: whether the agent is in it, and the path of its own page.
struct Traces {
    bool has_agent = false;
    std::string page;
};

Result<Traces> traces_of(pid_t pid) {
    if (kill(pid, 0) != 0 && errno == ESRCH)
        return Error{"there is no process " + std::to_string(pid), "Find it with: pgrep PROGRAM"};
    std::ifstream maps(in_proc(pid, "maps"));
    std::string line;
    if (!maps || !std::getline(maps, line)) {
        if (has_ended(pid)) return Error{named(pid) + " has ended", "What it left are the .heap files in its folder."};
        return Error{named(pid) + " belongs to another user", "Ask as that user, or as root."};
    }
    const std::string number = status(pid, "NSpid");
    const std::string own_number = number.substr(number.find_last_of(" \t") + 1);
    const std::string page_name = "/" + (own_number.empty() ? std::to_string(pid) : own_number) + PROF_CONTROL_SUFFIX;
    Traces traces;
    do {
        const size_t at = line.find('/');
        if (at == std::string::npos) continue;
        const std::string path = line.substr(at);
        traces.has_agent |= path.ends_with("/libprof.so") || path.ends_with("/libprof.so (deleted)");
        if (path.ends_with(page_name)) traces.page = path;
    } while (std::getline(maps, line));
    return traces;
}

bool is_page_of(const prof_control& page, pid_t pid) {
    return std::memcmp(page.magic, PROF_CONTROL_MAGIC, sizeof page.magic) == 0 &&
           page.version == PROF_CONTROL_VERSION && page.start_time == start_time(pid);
}

std::string text_in(const char* text, size_t most) { return {text, strnlen(text, most)}; }

// As the agent makes it: in /tmp anybody may have made another one of that name.
bool is_own_folder(const std::string& path) {
    struct stat facts {};
    return lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() &&
           (facts.st_mode & 077) == 0;
}

}  // namespace

std::string process_name(pid_t pid) {
    std::ifstream file(in_proc(pid, "comm"));
    std::string name;
    std::getline(file, name);
    return name;
}

void remove_stale_pages() {
    namespace fs = std::filesystem;
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const fs::path folders[] = {runtime != nullptr && *runtime == '/' ? fs::path(runtime) / "heapkit" : fs::path(),
                                "/tmp/heapkit-" + std::to_string(geteuid())};
    for (const fs::path& folder : folders) {
        if (!is_own_folder(folder)) continue;
        std::error_code error;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
            const pid_t pid = std::atoi(entry.path().stem().c_str());
            const bool is_page = entry.path().extension() == PROF_CONTROL_SUFFIX && pid > 0;
            if (is_page && kill(pid, 0) != 0 && errno == ESRCH) fs::remove(entry.path(), error);
        }
    }
}

bool has_ended(pid_t pid) {
    const std::string state = status(pid, "State");
    return state.empty() || state.starts_with("Z") || state.starts_with("X");
}

Result<ControlPage> ControlPage::open(pid_t pid, bool force) {
    const auto traces = traces_of(pid);
    if (!traces) return traces.error();
    if (!traces->has_agent && traces->page.empty())
        return Error{named(pid) + " is not recorded: libprof.so is not loaded in it",
                     "Start it with: heapkit run -- PROGRAM"};
    if (traces->page.empty())
        return Error{
            named(pid) + " is recorded, but cannot be asked: it has no control page of its own",
            "A forked child has one from its first allocation on. Otherwise see what it said when it started."};
    if (!force && has_filter_of_its_own(pid))
        return Error{named(pid) + " has a seccomp filter, which may kill it for the system calls of a snapshot",
                     "Ask with --force if you know that it does not."};
    // Through its own root: it may live in another mount namespace.
    int fd = ::open((in_proc(pid, "root") + traces->page).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) fd = ::open(traces->page.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return Error{"cannot open " + traces->page + ": " + std::strerror(errno), ""};
    struct stat facts {};
    void* mapped = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size >= PROF_CONTROL_BYTES
                       ? mmap(nullptr, PROF_CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                       : MAP_FAILED;
    if (mapped == MAP_FAILED) {
        ::close(fd);
        return Error{traces->page + " is not a control page", ""};
    }
    ControlPage page(fd, static_cast<prof_control*>(mapped));
    if (!is_page_of(*page.page_, pid))
        return Error{traces->page + " is not the control page of " + named(pid),
                     "The agent in it may be of another version of heapkit."};
    return page;
}

ControlPage::ControlPage(ControlPage&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), page_(std::exchange(other.page_, nullptr)) {}

ControlPage::~ControlPage() {
    if (page_ != nullptr) munmap(page_, PROF_CONTROL_BYTES);
    if (fd_ >= 0) ::close(fd_);
}

prof_control_state ControlPage::state() const noexcept {
    return static_cast<prof_control_state>(__atomic_load_n(&page_->state, __ATOMIC_ACQUIRE));
}

std::string ControlPage::reply_path() const { return text_in(page_->reply_path, sizeof page_->reply_path); }
std::string ControlPage::shared_path() const { return text_in(page_->shared_path, sizeof page_->shared_path); }
std::string ControlPage::reply_text() const { return text_in(page_->reply_text, sizeof page_->reply_text); }

bool ControlPage::lock() const noexcept { return flock(fd_, LOCK_EX | LOCK_NB) == 0; }

uint32_t ControlPage::ask(const std::string& path, uint32_t flags) noexcept {
    const size_t length = std::min(path.size(), sizeof page_->request_path - 1);
    std::memcpy(page_->request_path, path.data(), length);
    page_->request_path[length] = '\0';
    page_->request_flags = flags;
    return __atomic_add_fetch(&page_->requested, 1, __ATOMIC_ACQ_REL);
}

bool ControlPage::is_mapped_by(pid_t pid) const {
    struct stat facts {};
    if (fstat(fd_, &facts) != 0 || facts.st_nlink == 0) return false;
    const auto traces = traces_of(pid);
    return traces && !traces->page.empty();
}

bool ControlPage::is_answered(uint32_t number) const noexcept {
    return __atomic_load_n(&page_->served, __ATOMIC_ACQUIRE) == number;
}

}  // namespace heapkit::cli
