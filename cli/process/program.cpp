// SPDX-License-Identifier: MIT
//
// See program.h. The ELF header and the program headers are all that is needed, so they are read here as they are.
//
// Side: our process, cli.
#include "process/program.h"

#include <elf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;
using Problem = std::optional<std::string>;

constexpr int interpreters_at_most = 4;
constexpr size_t headers_at_most = 256;
constexpr int code_not_found = 127, code_not_runnable = 126;

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

// As execvp searches: the first that can be executed, otherwise the first that is there.
fs::path search(const std::string& name) {
    if (name.find('/') != std::string::npos) return is_file(name) ? fs::path(name) : fs::path();
    const char* variable = std::getenv("PATH");
    std::istringstream folders(variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin");
    fs::path there;
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path path = fs::path(folder.empty() ? "." : folder) / name;
        if (!is_file(path)) continue;
        if (access(path.c_str(), X_OK) == 0) return path;
        if (there.empty()) there = path;
    }
    return there;
}

// The loader ignores LD_PRELOAD in a program that gains rights.
Problem gains_rights(const fs::path& path) {
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return std::nullopt;
    const bool by_user = (facts.st_mode & S_ISUID) != 0 && facts.st_uid != geteuid();
    const bool by_group = (facts.st_mode & S_ISGID) != 0 && facts.st_gid != getegid();
    const bool by_capability = geteuid() != 0 && getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
    if (!by_user && !by_group && !by_capability) return std::nullopt;
    return path.string() + " is " + (by_capability ? "given capabilities" : "setuid or setgid") +
           ", and the loader ignores LD_PRELOAD there. Run it as its owner, or record a copy without that right.";
}

Problem wrong_with_interpreter(const fs::path& path, std::ifstream& file, const Elf64_Ehdr& header) {
    const size_t count = std::min<size_t>(header.e_phnum, headers_at_most);
    std::vector<Elf64_Phdr> parts(count);
    file.seekg(static_cast<std::streamoff>(header.e_phoff));
    file.read(reinterpret_cast<char*>(parts.data()), static_cast<std::streamsize>(count * sizeof(Elf64_Phdr)));
    if (!file) return path.string() + " is a damaged ELF file.";
    for (const Elf64_Phdr& part : parts) {
        if (part.p_type != PT_INTERP) continue;
        std::string name(std::min<size_t>(part.p_filesz, 4096), '\0');
        file.seekg(static_cast<std::streamoff>(part.p_offset));
        file.read(name.data(), static_cast<std::streamsize>(name.size()));
        if (name.find("ld-musl") == std::string::npos) return std::nullopt;
        return path.string() + " is built for musl; heapkit records programs over glibc. Build it for glibc.";
    }
    return path.string() + " is statically linked, and the agent cannot be loaded into it. Link it dynamically.";
}

Problem wrong_with_elf(const fs::path& path, std::ifstream& file) {
    Elf64_Ehdr header{};
    file.seekg(0);
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    if (file.gcount() < EI_NIDENT) return path.string() + " is a damaged ELF file.";
    if (header.e_ident[EI_CLASS] != ELFCLASS64)
        return path.string() + " is a 32-bit program; heapkit records 64-bit ones. Build it for 64 bits.";
    if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
        return path.string() + " is built for another processor; heapkit records x86-64 programs.";
    if (header.e_phentsize != sizeof(Elf64_Phdr)) return path.string() + " is a damaged ELF file.";
    return wrong_with_interpreter(path, file, header);
}

// The file that a script's first line names; of "env NAME" what that finds.
fs::path interpreter_of(std::ifstream& file) {
    std::string line;
    file.seekg(2);
    std::getline(file, line);
    std::istringstream words(line);
    std::string interpreter;
    words >> interpreter;
    if (fs::path(interpreter).filename() != "env") return interpreter;
    std::string name;
    words >> name;
    if (name == "-S") words >> name;
    const fs::path found = search(name);
    return found.empty() ? fs::path(interpreter) : found;
}

// `path` becomes what the kernel runs for it.
Problem wrong_with(fs::path& path) {
    const fs::path start = path;
    std::string of_script;
    for (int i = 0; i < interpreters_at_most; ++i) {
        std::ifstream file(path, std::ios::binary);
        char magic[4] = {};
        file.read(magic, sizeof magic);
        file.clear();
        if (magic[0] != '#' || magic[1] != '!') {
            Problem problem = gains_rights(path);  // also of what may be run and not read; in a script it means nothing
            if (!problem && std::memcmp(magic, ELFMAG, SELFMAG) == 0) problem = wrong_with_elf(path, file);
            return problem ? of_script + *problem : problem;  // what is neither may still be known to the kernel
        }
        path = interpreter_of(file);
        if (!is_file(path))
            return start.string() + " needs " + path.string() +
                   ", which is not there. Install it, or mend the first line.";
        of_script = start.string() + " is a script, and its interpreter is refused: ";
    }
    return std::nullopt;
}

}  // namespace

Program find_program(const std::string& name) {
    const fs::path path = search(name);
    if (path.empty()) {
        std::error_code ignored;
        const bool is_folder = fs::is_directory(name, ignored);
        const bool is_path = name.find('/') != std::string::npos;
        return {{},
                {},
                is_folder ? code_not_runnable : code_not_found,
                name + (is_folder ? " is a folder. Name a program in it."
                        : is_path ? " is not there. Check the path."
                                  : " is not there: no such program in PATH. Name it with its path.")};
    }
    if (access(path.c_str(), X_OK) != 0)
        return {{},
                {},
                code_not_runnable,
                path.string() + " is not executable. Make it so with: chmod +x " + path.string()};
    fs::path runs = path;
    if (const Problem problem = wrong_with(runs)) return {{}, {}, code_not_runnable, *problem};
    return {path, runs, 0, {}};
}

}  // namespace heapkit::cli
