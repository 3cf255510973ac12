// SPDX-License-Identifier: MIT
//
// See door.h.
//
// Side: viewer/server.
#include "server/door.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace heapkit::viewer {
namespace {

constexpr size_t token_bytes = 16;

// Between the first two slashes.
std::string_view first_part(std::string_view path) {
    if (!path.starts_with('/')) return {};
    path.remove_prefix(1);
    return path.substr(0, path.find('/'));
}

}  // namespace

Result<std::string> new_token() {
    std::array<unsigned char, token_bytes> bytes;
    ssize_t filled = -1;
    do {
        filled = getrandom(bytes.data(), bytes.size(), 0);
    } while (filled < 0 && errno == EINTR);
    if (filled != static_cast<ssize_t>(bytes.size()))
        return Error{fmt::format("the kernel gives no random numbers: {}", std::strerror(errno)), ""};
    std::string token;
    for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
    return token;
}

bool Door::is_our_host(std::string_view host) const {
    return host == fmt::format("127.0.0.1:{}", port_) || host == fmt::format("localhost:{}", port_);
}

// Takes as long whatever is wrong, so that no digit can be guessed by the clock.
bool Door::is_our_token(std::string_view token) const noexcept {
    unsigned difference = token.size() == token_.size() ? 0 : 1;
    for (size_t index = 0; index < token_.size(); ++index) {
        const char theirs = index < token.size() ? token[index] : '\0';
        difference |= static_cast<unsigned char>(theirs ^ token_[index]);
    }
    return difference == 0;
}

std::optional<Door::Refusal> Door::refuse(const Caller& caller) const {
    const std::string hint = "Open the address that heapkit view printed.";
    if (!is_our_host(caller.host)) return Refusal{403, {"this is not the host that heapkit view serves", hint}};
    if (caller.origin) {
        constexpr std::string_view scheme = "http://";
        const bool is_ours = caller.origin->starts_with(scheme) && is_our_host(caller.origin->substr(scheme.size()));
        if (!is_ours) return Refusal{403, {"another page asks: it is not answered", hint}};
    }
    if (!is_our_token(first_part(caller.path)))
        return Refusal{403, {"the address lacks the token that heapkit view printed", hint}};
    if (caller.method != "GET" && caller.method != "HEAD")
        return Refusal{405, {"heapkit view can be read, and nothing else", "Use GET."}};
    return std::nullopt;
}

std::string Door::address() const { return fmt::format("http://127.0.0.1:{}/{}/", port_, token_); }

std::string_view Door::inside(std::string_view path) const noexcept {
    const size_t begin = token_.size() + 2;
    return path.size() > begin ? path.substr(begin) : std::string_view();
}

}  // namespace heapkit::viewer
