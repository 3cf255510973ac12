// SPDX-License-Identifier: MIT
//
// The oracle: takes snapshots of the ring's program, from inside and from outside, and checks each one. The program
// never loses a block, so that whatever a snapshot misses, invents or calls lost is a fault of ours.
//
// Side: tests. check LIBPROF RING PLUGIN COUNT [AGENT_OPTIONS]   works in the current folder; prints a line of figures
//
//     missing   a node of the program that no block in the snapshot is
//     invented  a block of a node's or leaf's size more often than the program can have it
//     lost      a block of the ring that leaks() would not call still reachable, or any that it would call definitely
//               lost: libc and the dynamic linker lose none either
//
// A snapshot that says itself that threads ran while it was made (PROF_LOSS_THREADS_RAN) is allowed to be wrong, and
// counted: few may say so.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "analyze/verdicts.h"
#include "read/snapshot.h"
#include "request.h"
#include "ring.h"

using namespace heapkit;

namespace {

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "ring: %s\n", what.c_str());
    std::exit(1);
}

class Program {
   public:
    Program(const char* libprof, const char* ring, const char* plugin, const std::string& options) {
        int to[2], from[2];
        if (pipe(to) != 0 || pipe(from) != 0) fail("no pipes");
        pid_ = fork();
        if (pid_ == 0) {
            dup2(to[0], STDIN_FILENO);
            dup2(from[1], STDOUT_FILENO);
            for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
            setenv("LD_PRELOAD", libprof, 1);
            setenv("PROF", ("out=.,exit=off" + options).c_str(), 1);
            execl(ring, ring, plugin, nullptr);
            _exit(127);
        }
        close(to[0]);
        close(from[1]);
        to_ = fdopen(to[1], "w");
        from_ = fdopen(from[0], "r");
        if (answer() != "ready") fail("the program did not start");
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    pid_t pid() const { return pid_; }

    std::string answer() {
        char line[64];
        if (std::fgets(line, sizeof line, from_) == nullptr) fail("the program is gone");
        line[std::strcspn(line, "\n")] = '\0';
        return line;
    }
    std::string take(const std::string& path) {
        std::fprintf(to_, "%s\n", path.c_str());
        std::fflush(to_);
        return answer();
    }
    // Its exit code, or -1 when it did not come to that.
    int end() {
        std::fclose(to_);
        int status = 0;
        waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

   private:
    pid_t pid_ = 0;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

struct Faults {
    size_t missing = 0, invented = 0, lost = 0;
    size_t all() const { return missing + invented + lost; }
};

size_t surplus(size_t found, size_t wanted) { return found > wanted ? found - wanted : 0; }

Faults faults_of(const read::Blocks& blocks, const analyze::Verdicts& verdicts) {
    Faults faults;
    std::array<size_t, ring::nodes> copies{};
    size_t leaves = 0;
    for (uint32_t i = 0; i < blocks.count(); ++i) {
        const uint64_t bytes = blocks.size_bytes(BlockId(i));
        const size_t number = ring::node_of_size(bytes);
        if (number < ring::nodes) ++copies[number];
        leaves += bytes == ring::leaf_bytes;
        const bool is_ours = number < ring::nodes || bytes == ring::leaf_bytes;
        faults.lost +=
            is_ours ? verdicts.of[i] != analyze::LeakKind::reachable : verdicts.of[i] == analyze::LeakKind::definite;
    }
    size_t twice = 0;
    for (const size_t count : copies) {
        faults.missing += count == 0;
        faults.invented += surplus(count, 2);
        twice += count == 2;
    }
    faults.missing += surplus(ring::nodes, leaves);
    faults.invented += surplus(twice, ring::at_once) + surplus(leaves, ring::nodes + ring::at_once);
    return faults;
}

struct Sums {
    size_t snapshots = 0, noted = 0, noted_faults = 0;
    Faults faults;
    std::vector<uint64_t> pauses_us;
    std::vector<uint64_t> losses = std::vector<uint64_t>(PROF_LOSS_COUNT);
};

void check(const std::string& path, Sums& sums) {
    const auto snapshot = read::Snapshot::open(path);
    if (!snapshot) fail(snapshot.error().what);
    const auto blocks = snapshot->blocks();
    if (!blocks) fail(blocks.error().what);
    const auto verdicts = analyze::verdicts_of(*snapshot, {});
    if (!verdicts) fail(verdicts.error().what);
    const Faults faults = faults_of(*blocks, *verdicts);
    ++sums.snapshots;
    sums.pauses_us.push_back(snapshot->process().pause_ns / 1000);
    for (int i = 0; i < PROF_LOSS_COUNT; ++i) sums.losses[i] = snapshot->lost(static_cast<prof_loss>(i));
    if (snapshot->lost(PROF_LOSS_THREADS_RAN) > 0) {
        ++sums.noted;
        sums.noted_faults += faults.all();
        return;
    }
    sums.faults.missing += faults.missing;
    sums.faults.invented += faults.invented;
    sums.faults.lost += faults.lost;
    if (faults.all() == 0) return;
    std::printf("snapshot %zu (reason %u): missing %zu, invented %zu, lost %zu\n", sums.snapshots,
                snapshot->process().reason, faults.missing, faults.invented, faults.lost);
    std::error_code ignored;
    std::filesystem::copy_file(path, "wrong.heap", std::filesystem::copy_options::overwrite_existing, ignored);
}

// In turn: by the program itself; asked for from outside.
void take(Program& program, size_t number, const std::string& path) {
    if (number % 2 == 0) {
        while (true) {
            const std::string said = program.take(path);
            if (said == "0") return;
            if (said != std::to_string(EBUSY)) fail("prof_take_snapshot() says error " + said);
        }
    }
    cli::RequestOptions options;
    options.output = path;
    const auto taken = cli::request_snapshot(program.pid(), options);
    if (!taken) fail(taken.error().what);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    Program program(argv[1], argv[2], argv[3], argc > 5 ? std::string(",") + argv[5] : "");
    const size_t count = std::strtoull(argv[4], nullptr, 10);
    const std::string path =
        (std::filesystem::current_path() / ("ring." + std::to_string(program.pid()) + ".heap")).string();
    Sums sums;
    for (size_t i = 0; i < count; ++i) {
        take(program, i, path);
        check(path, sums);
        std::filesystem::remove(path);
    }
    const int code = program.end();
    std::sort(sums.pauses_us.begin(), sums.pauses_us.end());
    std::printf(
        "%zu snapshots: missing %zu, invented %zu, lost %zu; %zu noted that threads ran (%zu faults there); "
        "pause median %llu us, worst %llu us\n",
        sums.snapshots, sums.faults.missing, sums.faults.invented, sums.faults.lost, sums.noted, sums.noted_faults,
        static_cast<unsigned long long>(sums.pauses_us[sums.pauses_us.size() / 2]),
        static_cast<unsigned long long>(sums.pauses_us.back()));
    for (size_t i = 0; i < sums.losses.size(); ++i)
        if (sums.losses[i] > 0) std::printf("loss %zu: %llu\n", i, static_cast<unsigned long long>(sums.losses[i]));
    if (code != 0) fail("the program ended with " + std::to_string(code));
    return sums.faults.all() == 0 && sums.noted * 20 <= sums.snapshots + 40 ? 0 : 1;
}
