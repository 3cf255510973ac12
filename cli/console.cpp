// SPDX-License-Identifier: MIT
//
// The terminal, if it is one.
//
// Side: our process, cli.
#include "console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "new_file.h"
#include "render/safe_text.h"

namespace heapkit::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t narrowest = 60, usual_width = 100;

bool is_dumb_terminal() {
    const char* const term = std::getenv("TERM");
    return term != nullptr && std::strcmp(term, "dumb") == 0;
}

bool wants_no_colour() {
    const char* const no_color = std::getenv("NO_COLOR");
    return (no_color != nullptr && *no_color != '\0') || is_dumb_terminal();
}

size_t terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return std::max<size_t>(size.ws_col, narrowest);
}

// 0, or errno.
int write_to(const std::string& path, std::string_view content) {
    std::FILE* const file = std::fopen(path.c_str(), "we");
    if (file == nullptr) return errno;
    int code = std::fwrite(content.data(), 1, content.size(), file) == content.size() ? 0 : errno;
    if (std::fclose(file) != 0 && code == 0) code = errno;
    return code;
}

// In a folder where everybody may write, such a link leads where its maker wants.
bool is_link_of_another(const std::string& path) {
    struct stat facts {};
    return lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode) && facts.st_uid != geteuid();
}

}  // namespace

Console::Console()
    : output_is_terminal_(isatty(STDOUT_FILENO) == 1),
      errors_are_terminal_(isatty(STDERR_FILENO) == 1),
      shows_progress_(errors_are_terminal_ && !is_dumb_terminal()) {
    text_options_ = {.colour = output_is_terminal_ && !wants_no_colour(),
                     .width = output_is_terminal_ ? terminal_width() : usual_width,
                     .cuts_lines = output_is_terminal_};
}

void Console::print(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), stdout); }

void Console::explain(const Error& error) const {
    std::fflush(stdout);
    const auto safe = [](const std::string& text) { return render::safe_text(text, {.keep_line_feeds = true}); };
    std::fputs(fmt::format("heapkit: {}\n", safe(error.what)).c_str(), stderr);
    if (!error.hint.empty()) std::fputs((safe(error.hint) + "\n").c_str(), stderr);
}

bool Console::flush() const { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

Result<void> write_whole_file(const std::string& path, std::string_view content, const Console& console) {
    if (path == "-") {
        console.print(content);
        return {};
    }
    if (is_link_of_another(path))
        return Error{fmt::format("cannot write {}: it is a symbolic link of another user", path),
                     "Choose another place with -o FILE."};
    std::error_code ignored;
    const fs::file_status there = fs::status(path, ignored);
    int code = 0;
    if (fs::exists(there) && !fs::is_regular_file(there)) {
        code = write_to(path, content);
    } else {
        const std::string target = fs::exists(there) ? fs::canonical(path, ignored).string() : path;
        code = write_new_file(target, content, 0666);
    }
    if (code == 0) return {};
    return Error{fmt::format("cannot write {}: {}", path, std::strerror(code)), "Choose another place with -o FILE."};
}

}  // namespace heapkit::cli
