// SPDX-License-Identifier: MIT
//
// The control page. Side: agent, floor 4 (control). See page.h.
#include "control/page.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/syscalls.h"

namespace prof::page {

namespace {

prof_control* control = nullptr;
constinit Path file;        // "" when there is none
constinit Path folders[2];  // where it may stand, best first
int owner = 0;              // the process that made it
uint32_t accepted = 0;
prof_control initial;  // what a fresh page says

// A folder that only we can write to: not a link, ours, closed to others. Made when it is not there.
int check_folder(const char* path) noexcept {
    if (const int made = sys::mkdir(path, 0700); made < 0 && made != -EEXIST) return -made;
    struct stat facts;
    const long got = sys::call(__NR_newfstatat, AT_FDCWD, reinterpret_cast<long>(path), reinterpret_cast<long>(&facts),
                               AT_SYMLINK_NOFOLLOW);
    if (got < 0) return static_cast<int>(-got);
    if (!S_ISDIR(facts.st_mode)) return S_ISLNK(facts.st_mode) ? ELOOP : ENOTDIR;
    if (facts.st_uid != static_cast<uid_t>(sys::call(__NR_geteuid)) || (facts.st_mode & 077) != 0) return EACCES;
    return 0;
}

// A write beyond the limit would be answered with a signal.
bool may_write_files() noexcept {
    rlimit limit{};
    return sys::call(__NR_prlimit64, 0, RLIMIT_FSIZE, 0, reinterpret_cast<long>(&limit)) < 0 ||
           limit.rlim_cur >= PROF_CONTROL_BYTES;
}

// Field 22 of /proc/self/stat; the name in field 2 may hold anything but ends with the last parenthesis.
uint64_t start_time() noexcept {
    char text[1024];
    const int fd = sys::open("/proc/self/stat", O_RDONLY);
    if (fd < 0) return 0;
    const long got = sys::read(fd, text, sizeof text);
    sys::close(fd);
    if (got <= 0) return 0;
    const char* end = text + got;
    const char* at = end - 1;
    while (at > text && *at != ')') --at;
    for (int field = 2; field < 22 && at < end; ++at) field += *at == ' ';
    uint64_t value = 0;
    for (; at < end && *at >= '0' && *at <= '9'; ++at) value = value * 10 + static_cast<uint64_t>(*at - '0');
    return value;
}

int make_file(const char* folder) noexcept {
    if (const int error = check_folder(folder)) return error;
    owner = sys::getpid();
    file.clear();
    file.add(folder).add('/').add_number(static_cast<uint64_t>(owner)).add(PROF_CONTROL_SUFFIX);
    sys::unlink(file.c_str());
    const int fd = sys::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (fd < 0) return -fd;
    initial.pid = static_cast<uint32_t>(owner);
    initial.start_time = start_time();
    // Written, not only made longer: a full file system must say so here rather than kill us at the first store.
    const long written = sys::pwrite_all(fd, &initial, sizeof initial, 0);
    void* mapped =
        written < 0 ? nullptr : sys::mmap(nullptr, sizeof(prof_control), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    sys::close(fd);
    control = static_cast<prof_control*>(mapped);
    if (control != nullptr) return 0;
    sys::unlink(file.c_str());
    return written < 0 ? static_cast<int>(-written) : ENOMEM;
}

int make() noexcept {
    accepted = 0;
    int error = EFBIG;
    for (const Path& folder : folders) {
        if (folder.length() == 0 || !may_write_files()) continue;
        error = make_file(folder.c_str());
        if (error == 0) return 0;
    }
    file.clear();
    return error;
}

void put(char* to, size_t bytes, const char* from) noexcept {
    size_t at = 0;
    for (; from[at] != '\0' && at + 1 < bytes; ++at) to[at] = from[at];
    to[at] = '\0';
}

}  // namespace

void start(const char* runtime_folder, const char* snapshot_folder, const char* shared_path,
           uint32_t signal_number) noexcept {
    if (runtime_folder != nullptr && *runtime_folder == '/') folders[0].add(runtime_folder).add("/heapkit");
    folders[1].add("/tmp/heapkit-").add_number(static_cast<uint64_t>(sys::call(__NR_geteuid)));
    __builtin_memcpy(initial.magic, PROF_CONTROL_MAGIC, sizeof initial.magic);
    initial.version = PROF_CONTROL_VERSION;
    initial.signal_number = signal_number;
    put(initial.folder, sizeof initial.folder, snapshot_folder);
    put(initial.shared_path, sizeof initial.shared_path, shared_path);
    const int error = make();
    char buffer[32];
    // A filter that the program was started in answers so: man has one around each of its helpers.
    const bool is_sandboxed = error == ENOSYS || error == EPERM;
    if (error != 0 && !is_sandboxed)
        log_line("snapshots cannot be asked for by pid: ", folders[1].c_str(), ": ", error_text(error, buffer));
}

void forked(const char* shared_path) noexcept {
    if (control != nullptr) sys::munmap(control, sizeof(prof_control));
    control = nullptr;
    put(initial.shared_path, sizeof initial.shared_path, shared_path);
    make();  // a child that has no rights or descriptors left was never asked to have one
}

void end() noexcept {
    if (control == nullptr || owner != sys::getpid()) return;
    set_state(PROF_CONTROL_GONE);
    sys::unlink(file.c_str());
}

void set_state(prof_control_state state) noexcept {
    initial.state = state;
    if (control != nullptr) __atomic_store_n(&control->state, static_cast<uint32_t>(state), __ATOMIC_RELEASE);
}

void set_signal(uint32_t number) noexcept {
    initial.signal_number = number;
    if (control != nullptr && owner == sys::getpid())
        __atomic_store_n(&control->signal_number, number, __ATOMIC_RELEASE);
}

bool is_asked() noexcept {
    return control != nullptr &&
           __atomic_load_n(&control->requested, __ATOMIC_ACQUIRE) != __atomic_load_n(&accepted, __ATOMIC_RELAXED);
}

void accept(Request& request) noexcept {
    request.number = 0;
    request.path.clear();
    if (control == nullptr) return;
    const uint32_t requested = __atomic_load_n(&control->requested, __ATOMIC_ACQUIRE);
    uint32_t before = __atomic_load_n(&accepted, __ATOMIC_RELAXED);
    if (requested == before) return;
    if (!__atomic_compare_exchange_n(&accepted, &before, requested, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return;
    const char* path = control->request_path;
    for (size_t i = 0; i < PROF_CONTROL_PATH_BYTES && path[i] != '\0'; ++i) request.path.add(path[i]);
    request.flags = control->request_flags;
    request.number = requested;
}

void answer(const Answer& answer) noexcept {
    if (control == nullptr || answer.request == 0) return;
    control->result = answer.error == 0       ? PROF_RESULT_OK
                      : answer.error == EBUSY ? PROF_RESULT_BUSY
                                              : PROF_RESULT_FAILED;
    control->reply_errno = answer.error;
    put(control->reply_path, sizeof control->reply_path, answer.path);
    put(control->reply_text, sizeof control->reply_text, answer.text);
    __atomic_store_n(&control->served, answer.request, __ATOMIC_RELEASE);
}

}  // namespace prof::page
