// SPDX-License-Identifier: MIT
//
// See sandbox.h.
//
// Side: our process, cli.
#include "doctor/sandbox.h"

#include "doctor/proc_text.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view filter_mode = "2", strict_mode = "1";

bool shares_namespace(const Patient& patient, const char* name) {
    std::error_code error;
    const fs::path ours = fs::read_symlink(fs::path("/proc/self/ns") / name, error);
    const fs::path theirs = fs::read_symlink(patient.proc() / "ns" / name, error);
    return error || ours == theirs;
}

}  // namespace

Findings look_at_sandbox(const Patient& patient) {
    if (patient.pid == 0) return {};
    Findings findings;
    const std::string seccomp = field_of(patient.proc() / "status", "Seccomp:");
    if (seccomp == filter_mode || seccomp == strict_mode)
        findings.push_back(
            {Finding::Verdict::limits, "sandbox",
             "it filters system calls (seccomp), so no new kind of call is made in it: heapkit snapshot wants "
             "--force, and a filter that kills may then end the process"});
    if (!shares_namespace(patient, "mnt"))
        findings.push_back(
            {Finding::Verdict::fine, "container",
             "it sees another file system: the agent must be in there too, and snapshots are written in there"});
    if (!shares_namespace(patient, "pid"))
        findings.push_back(
            {Finding::Verdict::fine, "container", "it has another number inside, which its snapshots are named by"});
    return findings;
}

}  // namespace heapkit::cli
