// SPDX-License-Identifier: MIT
//
// See shared_slot.h: the control page says where the memory is, as "/proc/PID/fd/N" of heapkit run.
//
// Side: our process, cli. What the page says is the process's word: no other path is opened.
#include "shared_slot.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "process/page.h"

namespace heapkit::cli {
namespace {

// "/proc/PID/fd/N" and nothing else, made anew from its numbers; "" otherwise.
std::string checked(const std::string& path) {
    unsigned pid = 0, fd = 0;
    if (std::sscanf(path.c_str(), "/proc/%9u/fd/%9u", &pid, &fd) != 2) return {};
    const std::string again = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    return again == path ? again : std::string();
}

struct Opened {
    Descriptor fd;
    int error = 0;
};

// As the process sees it first, which may live in a container: there the numbers in the path mean other processes. What
// is opened is looked at and never written to; it may be anything.
Opened open_shared(const std::string& path, pid_t pid) {
    Opened opened;
    for (const std::string& root : {"/proc/" + std::to_string(pid) + "/root", std::string()}) {
        opened.fd = Descriptor(open((root + path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        opened.error = opened.fd ? 0 : errno;
        if (opened.fd && read::shared_slots(opened.fd.number()) > 0) break;
    }
    return opened;
}

}  // namespace

Result<SharedSlot> SharedSlot::find(pid_t pid) {
    const auto page = ControlPage::open(pid, true);
    if (!page) return page.error();
    const std::string process = "process " + std::to_string(pid) + " (" + process_name(pid) + ")";
    const Error shares_nothing{
        process + " is recorded, and shares its counters with nobody",
        "heapkit top shows programs that heapkit run started, their forked children, and with --follow-exec the "
        "programs that they start by exec. Otherwise take snapshots: heapkit snapshot " +
            std::to_string(pid)};
    const std::string path = checked(page->shared_path());
    if (path.empty()) return shares_nothing;
    auto [fd, error] = open_shared(path, pid);
    if (!fd)
        return Error{"cannot open what " + process + " shares, " + path + ": " + std::strerror(error),
                     error == ENOENT ? "heapkit run, which made it, is gone." : "Ask as the user of heapkit run."};
    bool waits = false;
    const uint32_t slots = read::shared_slots(fd.number());
    for (uint32_t slot = 0; slot < slots; ++slot) {
        // As heapkit run sees it, which may be with neither our eyes nor its own.
        const read::SlotFacts facts = read::shared_facts(fd.number(), slot);
        const bool is_its = facts.owner == page->own_pid() || facts.owner == static_cast<uint32_t>(pid);
        if (!is_its) continue;
        if (facts.state == PROF_SHARED_RECORDING && read::read_shared_tables(fd.number(), slot))
            return SharedSlot(std::move(fd), pid, facts.owner, slot);
        waits |= facts.state == PROF_SHARED_FREE;
    }
    if (waits)
        return Error{process + " is a forked child that has hardly allocated since, and shares its counters only then",
                     "Ask again when it has worked, or take a snapshot: heapkit snapshot " + std::to_string(pid)};
    return shares_nothing;
}

Result<read::SharedTables> SharedSlot::read() const { return read::read_shared_tables(fd_.number(), slot_); }

bool SharedSlot::is_alive() const { return !has_ended(pid_) && read::shared_owner(fd_.number(), slot_) == owner_; }

}  // namespace heapkit::cli
