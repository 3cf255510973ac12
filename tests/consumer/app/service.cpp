// SPDX-License-Identifier: MIT
//
// A program that links the recorder, says what its objects are, and takes a snapshot of itself where it is told to.
#include <prof/prof.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace {

struct Session {
    PROF_FIELDS(Session, user, requests)
    std::string user;
    int requests = 0;
};
static_assert(prof::has_fields<Session>);

using Pairs = prof::allocator<std::pair<const int, std::unique_ptr<Session>>>;
std::map<int, std::unique_ptr<Session>, std::less<int>, Pairs> sessions;

}  // namespace

int main(int argc, char** argv) {
    const prof::scope scope("start");
    for (int id = 0; id < 500; ++id)
        sessions[id] = prof::make_unique<Session>(Session{"user number " + std::to_string(id) + " of the service", id});
    prof_memory memory{};
    const int known = prof_traced_memory(&memory);
    std::printf("recording %d, known %d, blocks %s\n", prof_recording(), known,
                memory.live_blocks >= 1000 ? "many" : "few");
    return argc > 1 ? -prof_take_snapshot(argv[1]) : 0;
}
