// SPDX-License-Identifier: MIT
//
// See patient.h.
//
// Side: our process, cli.
#include "doctor/patient.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "doctor/output_of.h"
#include "process/page.h"
#include "symbols/elf_file.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view agent_name = "libprof.so";

// PT_INTERP, by its section.
std::string loader_of(const fs::path& executable) {
    const auto elf = symbols::ElfFile::open(executable);
    if (!elf) return {};
    const Elf64_Shdr* const section = elf->section(".interp");
    return section == nullptr ? "" : std::string(symbols::text_at(elf->content(*section), 0));
}

// "	libz.so.1 => /lib/libz.so.1 (0x7f…)", "	/lib64/ld.so (0x7f…)", "	libx.so => not found".
void read_loader_line(const std::string& line, Patient& patient) {
    if (line.starts_with("ERROR: ld.so:") && line.find(agent_name) != std::string::npos) {
        patient.loader_says = line.substr(sizeof "ERROR: ld.so:");
        return;
    }
    if (!line.starts_with('\t')) return;
    if (const size_t at = line.find(" => not found"); at != std::string::npos)
        return patient.missing.push_back(line.substr(1, at - 1));
    const size_t begin = line.find('/'), end = line.rfind(" (0x");
    if (begin == std::string::npos || end == std::string::npos || end < begin) return;
    const fs::path path = line.substr(begin, end - begin);
    if (path.filename() != agent_name) patient.modules.push_back(path);
}

}  // namespace

Patient examine_program(const fs::path& executable, const fs::path& agent) {
    Patient patient{.name = executable.filename().string(), .executable = executable, .modules = {executable}};
    const std::string loader = loader_of(executable);
    if (loader.empty()) return patient;
    const char* const others = std::getenv("LD_PRELOAD");
    const std::string preload = agent.string() + (others == nullptr ? "" : std::string(":") + others);
    const Output output =
        output_of({loader, executable.string()}, {"LD_TRACE_LOADED_OBJECTS=1", "LD_PRELOAD=" + preload});
    std::istringstream lines(output.text);
    for (std::string line; std::getline(lines, line);) read_loader_line(line, patient);
    return patient;
}

Result<Patient> examine_process(pid_t pid) {
    if (has_ended(pid)) return Error{"there is no process " + std::to_string(pid), "Find it with: pgrep PROGRAM"};
    Patient patient{.name = "process " + std::to_string(pid) + " (" + process_name(pid) + ")", .pid = pid};
    std::error_code error;
    patient.executable = fs::read_symlink(patient.proc() / "exe", error);
    std::ifstream maps(patient.proc() / "maps");
    if (error || !maps) return Error{patient.name + " belongs to another user", "Ask as that user, or as root."};
    patient.modules.push_back(patient.executable);
    for (std::string line; std::getline(maps, line);) {
        const size_t at = line.find('/');
        if (at == std::string::npos || line.find("r-xp") == std::string::npos) continue;
        const fs::path path = line.substr(at);
        if (path.filename() == agent_name) continue;
        if (std::find(patient.modules.begin(), patient.modules.end(), path) == patient.modules.end())
            patient.modules.push_back(path);
    }
    return patient;
}

}  // namespace heapkit::cli
