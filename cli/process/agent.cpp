// SPDX-License-Identifier: MIT
//
// See agent.h.
//
// Side: our process, cli.
#include "process/agent.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

// What is in LD_PRELOAD already stays, behind ours.
std::string joined(const char* first, const std::string& separator, const char* existing) {
    std::string text = first;
    if (existing != nullptr && *existing != '\0') text += separator + existing;
    return text;
}

// The agent splits its options at commas.
std::string escaped(std::string_view value) {
    std::string text;
    for (const char each : value) {
        if (each == ',') text += '\\';
        text += each;
    }
    return text;
}

std::string agent_options(const RunOptions& options) {
    const char* existing = std::getenv("PROF");
    std::string text = existing != nullptr && *existing != '\0' ? std::string(existing) + "," : "";
    const fs::path folder = fs::absolute(options.folder / "").lexically_normal().parent_path();  // without a last '/'
    text += "out=" + escaped(folder.empty() ? "/" : folder.string());
    if (!options.exit_snapshot) text += ",exit=off";
    if (!options.contents.empty()) text += ",contents=" + escaped(options.contents);
    for (const std::string& option : options.agent_options) text += "," + escaped(option);
    return text;
}

}  // namespace

Result<fs::path> find_agent() {
    std::error_code error;
    fs::path agent;
    if (const char* named = std::getenv("HEAPKIT_AGENT"); named != nullptr && *named != '\0') {
        agent = fs::absolute(named);
        if (!fs::exists(agent, error))
            return Error{"HEAPKIT_AGENT names " + agent.string() + ", which is not there", ""};
    } else {
        const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
        // As installed, and as built.
        const fs::path folders[] = {(here / HEAPKIT_AGENT_FOLDER).lexically_normal(), here.parent_path() / "lib"};
        for (const fs::path& folder : folders) {
            if (agent.empty() && fs::exists(folder / "libprof.so", error)) agent = folder / "libprof.so";
        }
        if (agent.empty())
            return Error{"the agent, libprof.so, is not in " + folders[0].string(),
                         "Install heapkit whole, or name the library with HEAPKIT_AGENT=/path/libprof.so"};
    }
    // The loader splits LD_PRELOAD there, and knows no way to quote.
    if (agent.string().find_first_of(" :") != std::string::npos)
        return Error{"the agent's path has a space or a colon, which LD_PRELOAD cannot hold: " + agent.string(),
                     "Copy libprof.so elsewhere and name it with HEAPKIT_AGENT=/path/libprof.so"};
    return agent;
}

std::vector<std::string> environment_for(const fs::path& agent, const RunOptions& options,
                                         const std::string& shared_memory) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!text.starts_with("LD_PRELOAD=") && !text.starts_with("PROF=")) environment.emplace_back(text);
    }
    environment.push_back("LD_PRELOAD=" + joined(agent.c_str(), ":", std::getenv("LD_PRELOAD")));
    environment.push_back("PROF=" + agent_options(options) + (shared_memory.empty() ? "" : ",shared=" + shared_memory) +
                          (options.follow_exec ? ",follow=on" : ""));
    return environment;
}

}  // namespace heapkit::cli
