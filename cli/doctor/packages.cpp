// SPDX-License-Identifier: MIT
//
// See packages.h. Debian calls them NAME-dbgsym, in an archive of its own that is not among apt's sources as installed,
// or for some libraries NAME-dbg; distributions of rpm have a command that finds them.
//
// Side: our process, cli.
#include "doctor/packages.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "doctor/output_of.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using Names = std::map<fs::path, std::string>;

// /usr/lib/x is known to packages as /lib/x, or the other way round, since one is a link to the other.
std::vector<fs::path> names_of(const fs::path& file) {
    std::error_code error;
    std::vector<fs::path> names = {file};
    const fs::path canonical = fs::canonical(file, error);
    if (!error) names.push_back(canonical);
    for (const fs::path& name : {file, canonical}) {
        const std::string text = name.string();
        if (text.starts_with("/usr/")) names.emplace_back(text.substr(4));
        if (text.starts_with("/lib")) names.emplace_back("/usr" + text);
    }
    return names;
}

// "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6".
Names packages_by_dpkg(const std::vector<fs::path>& files) {
    std::vector<std::string> command = {"dpkg", "-S"};
    for (const fs::path& file : files)
        for (const fs::path& name : names_of(file)) command.push_back(name.string());
    std::istringstream lines(output_of(command, {"LC_ALL=C"}).text);
    Names packages;
    for (std::string line; std::getline(lines, line);) {
        const size_t at = line.find(": /");
        if (at == std::string::npos) continue;
        const std::string package = line.substr(0, at);
        packages[line.substr(at + 2)] = package.substr(0, package.find_first_of(":,"));
    }
    return packages;
}

// Those of `names` that apt can install: each begins a paragraph of what apt-cache policy says, without indentation.
std::set<std::string> known_to_apt(const std::vector<std::string>& names) {
    std::vector<std::string> command = {"apt-cache", "policy"};
    command.insert(command.end(), names.begin(), names.end());
    std::istringstream lines(output_of(command, {"LC_ALL=C"}).text);
    std::set<std::string> known;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with(' ') && line.ends_with(':')) known.insert(line.substr(0, line.size() - 1));
    return known;
}

std::vector<std::string> by_apt(const std::vector<fs::path>& files) {
    const Names packages = packages_by_dpkg(files);
    std::vector<std::string> candidates;
    for (const auto& [file, package] : packages)
        for (const char* const suffix : {"-dbgsym", "-dbg"}) candidates.push_back(package + suffix);
    const std::set<std::string> known = candidates.empty() ? std::set<std::string>() : known_to_apt(candidates);
    std::vector<std::string> answers;
    for (const fs::path& file : files) {
        const std::vector<fs::path> names = names_of(file);
        const auto name =
            std::find_if(names.begin(), names.end(), [&](const fs::path& each) { return packages.contains(each); });
        if (name == names.end()) {
            answers.emplace_back();
            continue;
        }
        const std::string& package = packages.at(*name);
        if (known.contains(package + "-dbgsym"))
            answers.push_back("apt install " + package + "-dbgsym");
        else if (known.contains(package + "-dbg"))
            answers.push_back("apt install " + package + "-dbg");
        else
            answers.push_back(package + "-dbgsym" + std::string(in_debug_archive));
    }
    return answers;
}

std::vector<std::string> by_rpm(const std::vector<fs::path>& files) {
    std::vector<std::string> answers;
    for (const fs::path& file : files) {
        const Output package = output_of({"rpm", "-qf", "--qf", "%{NAME}", file.string()}, {"LC_ALL=C"});
        answers.push_back(package.succeeded ? "dnf debuginfo-install " + package.text : "");
    }
    return answers;
}

}  // namespace

std::vector<std::string> debug_packages_of(const std::vector<fs::path>& files) {
    if (files.empty()) return {};
    if (output_of({"dpkg", "--version"}).succeeded) return by_apt(files);
    if (output_of({"rpm", "--version"}).succeeded) return by_rpm(files);
    return std::vector<std::string>(files.size());
}

}  // namespace heapkit::cli
