// SPDX-License-Identifier: MIT
//
// See output_of.h.
//
// Side: our process, cli.
#include "doctor/output_of.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/descriptor.h"

namespace heapkit::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t bytes_at_most = 1 << 20;

std::string_view name_in(std::string_view variable) { return variable.substr(0, variable.find('=') + 1); }

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
    std::vector<std::string> environment = added;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const bool is_replaced = std::any_of(added.begin(), added.end(), [entry](const std::string& variable) {
            return std::string_view(*entry).starts_with(name_in(variable));
        });
        if (!is_replaced) environment.emplace_back(*entry);
    }
    return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// 0: it could not be started.
pid_t start(std::vector<std::string> command, std::vector<std::string> environment, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, command[0].c_str(), &actions, nullptr, pointers_to(command).data(),
                                   pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? pid : 0;
}

// False: the time was up first.
bool read_to_end(int from, Clock::time_point end, std::string& text) {
    char bytes[4096];
    while (text.size() < bytes_at_most) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd waiting{.fd = from, .events = POLLIN, .revents = 0};
        if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) == 0) return false;
        const ssize_t count = read(from, bytes, sizeof bytes);
        if (count <= 0) return count == 0;
        text.append(bytes, static_cast<size_t>(count));
    }
    return false;
}

}  // namespace

Output output_of(const std::vector<std::string>& command, const std::vector<std::string>& added,
                 std::chrono::milliseconds at_most) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    const Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    const pid_t pid = start(command, environment_with(added), writer.number());
    writer = Descriptor();
    if (pid == 0) return {};
    Output output;
    const bool ended = read_to_end(reader.number(), Clock::now() + at_most, output.text);
    if (!ended) kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    output.succeeded = ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return output;
}

}  // namespace heapkit::cli
