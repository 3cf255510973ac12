// SPDX-License-Identifier: MIT
//
// See limits.h.
//
// Side: our process, cli.
#include "doctor/limits.h"

#include <fmt/format.h>

#include <fstream>

#include "base/units.h"
#include "doctor/proc_text.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t few_files = 32, few_bytes_on_disk = uint64_t{1} << 30, page_tables_and_more = uint64_t{64} << 20;
constexpr uint64_t strict_overcommit = 2;

Finding limit(std::string text) { return {Finding::Verdict::limits, "limits", std::move(text)}; }

// The soft limit, when there is one.
std::optional<uint64_t> resource_limit(const Patient& patient, std::string_view name) {
    return number_in(field_of(patient.proc() / "limits", name));
}

void look_at_resources(const Patient& patient, Findings& findings) {
    if (const auto bytes = resource_limit(patient, "Max address space"))
        findings.push_back(
            limit(fmt::format("address space is limited to {} (ulimit -v): the recorder needs a quarter of the heap "
                              "on top, and drops records that find no room",
                              size_to_text(*bytes))));
    if (const auto bytes = resource_limit(patient, "Max data size"))
        findings.push_back(limit(
            fmt::format("data is limited to {} (ulimit -d), and the recorder's tables count", size_to_text(*bytes))));
    if (const auto bytes = resource_limit(patient, "Max file size"))
        findings.push_back(
            limit(fmt::format("files are limited to {} (ulimit -f): a snapshot has 32 B a block and 8 B a pointer, "
                              "and a larger one fails",
                              size_to_text(*bytes))));
    if (const auto files = resource_limit(patient, "Max open files"); files && *files < few_files)
        findings.push_back(
            limit(fmt::format("only {} open files are allowed (ulimit -n), and a snapshot needs two", *files)));
}

// A copy of the process counts in full where the kernel promises no more than it has.
void look_at_overcommit(const Patient& patient, Findings& findings) {
    if (number_in_file("/proc/sys/vm/overcommit_memory") != strict_overcommit) return;
    const auto allowed = number_in(field_of("/proc/meminfo", "CommitLimit:")),
               used = number_in(field_of("/proc/meminfo", "Committed_AS:"));
    const uint64_t left = allowed && used && *allowed > *used ? (*allowed - *used) << 10 : 0;
    const uint64_t own = number_in(field_of(patient.proc() / "status", "VmData:")).value_or(0) << 10;
    if (patient.pid == 0 || own + page_tables_and_more > left)
        findings.push_back(
            limit(fmt::format("the kernel overcommits no memory, and {} are left: a snapshot needs as much as the "
                              "process has, for a moment",
                              size_to_text(left))));
}

// "0::/user.slice/x" in version 2; "4:memory:/x" in version 1.
fs::path memory_cgroup(const Patient& patient, const char*& limit_name, const char*& use_name) {
    const fs::path root = "/sys/fs/cgroup";
    std::ifstream lines(patient.proc() / "cgroup");
    for (std::string line; std::getline(lines, line);) {
        const bool is_second = line.starts_with("0::");
        if (!is_second && line.find(":memory:") == std::string::npos) continue;
        const fs::path own = fs::path(line.substr(line.rfind(':') + 1)).relative_path();
        const fs::path folder = is_second ? root / own : root / "memory" / own;
        limit_name = is_second ? "memory.max" : "memory.limit_in_bytes";
        use_name = is_second ? "memory.current" : "memory.usage_in_bytes";
        std::error_code error;
        if (fs::exists(folder / limit_name, error)) return folder;
    }
    return {};
}

void look_at_cgroup(const Patient& patient, Findings& findings) {
    constexpr uint64_t no_limit = uint64_t{1} << 60;  // version 1 has a number for none
    const char *limit_name = nullptr, *use_name = nullptr;
    const fs::path folder = memory_cgroup(patient, limit_name, use_name);
    if (folder.empty()) return;
    const auto allowed = number_in_file(folder / limit_name), used = number_in_file(folder / use_name);
    if (!allowed || *allowed > no_limit) return;
    findings.push_back(
        limit(fmt::format("its cgroup may have {} of memory and has {}: a snapshot is refused where the pages that "
                          "change meanwhile may not fit",
                          size_to_text(*allowed), size_to_text(used.value_or(0)))));
}

void look_at_locked_memory(const Patient& patient, Findings& findings) {
    const auto locked = number_in(field_of(patient.proc() / "status", "VmLck:"));
    if (patient.pid != 0 && locked && *locked > 0)
        findings.push_back(
            limit(fmt::format("{} are locked in memory: the recorder's tables too, where it locks what is to come "
                              "(mlockall)",
                              size_to_text(*locked << 10))));
}

void look_at_disk(const Patient& patient, Findings& findings) {
    std::error_code error;
    const fs::path folder = patient.pid == 0 ? fs::current_path(error) : patient.proc() / "cwd";
    const auto space = fs::space(folder, error);
    if (!error && space.available < few_bytes_on_disk)
        findings.push_back(
            limit(fmt::format("{} are free on the disk of its folder; write snapshots elsewhere with -o FOLDER",
                              size_to_text(space.available))));
}

}  // namespace

Findings look_at_limits(const Patient& patient) {
    Findings findings;
    look_at_resources(patient, findings);
    look_at_overcommit(patient, findings);
    look_at_cgroup(patient, findings);
    look_at_locked_memory(patient, findings);
    look_at_disk(patient, findings);
    if (findings.empty()) findings.push_back({Finding::Verdict::fine, "limits", "none that matters"});
    return findings;
}

}  // namespace heapkit::cli
