// SPDX-License-Identifier: MIT
//
// The memory limit, read from folders that look like /proc and /sys.
//
// Side: tests.
#include "control/memory_limit.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.h"

namespace fs = std::filesystem;
using namespace prof;

namespace {

struct Root {
    Root() {
        std::string path = (fs::temp_directory_path() / "heapkit-root-XXXXXX").string();
        folder = mkdtemp(path.data());
        write("/proc/self/status", "Name:\tx\nRssAnon:\t  409600 kB\n");
    }
    ~Root() { fs::remove_all(folder); }
    void write(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(folder + path).parent_path());
        std::ofstream(folder + path) << text;
    }
    int admit(std::string* said = nullptr) const {
        Text<200> why;
        const int error = memory_limit::admit(folder.c_str(), why);
        if (said != nullptr) *said = why.c_str();
        return error;
    }
    std::string folder;
};

constexpr const char* mib_100 = "104857600\n";
constexpr const char* mib_1000 = "1048576000\n";

}  // namespace

TEST_CASE("without a limit, or without cgroups, every copy fits") {
    const Root root;
    CHECK(root.admit() == 0);
    root.write("/proc/self/cgroup", "0::/a\n");
    root.write("/sys/fs/cgroup/a/memory.max", "max\n");
    root.write("/sys/fs/cgroup/a/memory.current", mib_100);
    CHECK(root.admit() == 0);
}

TEST_CASE("the tightest cgroup on the way up decides, and inactive file pages count as free") {
    const Root root;
    root.write("/proc/self/cgroup", "0::/a/b\n");
    root.write("/sys/fs/cgroup/a/b/memory.max", "max\n");
    root.write("/sys/fs/cgroup/a/memory.max", mib_1000);
    root.write("/sys/fs/cgroup/a/memory.current", mib_100);
    CHECK(root.admit() == 0);
    root.write("/sys/fs/cgroup/a/memory.current", "943718400\n");
    std::string why;
    CHECK(root.admit(&why) == ENOMEM);
    CHECK(
        why ==
        "the copy may need 200 MiB, and the cgroup has 100 of 1000 MiB left; PROF=memory=force takes it all the same");
    root.write("/sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 209715200\n");
    CHECK(root.admit() == 0);
}

TEST_CASE("the old hierarchy is read too, and seen from inside a container") {
    const Root root;
    root.write("/proc/self/cgroup", "7:cpu,cpuacct:/x\n5:hugetlb,memory:/host/only\n");
    root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", mib_1000);
    root.write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "943718400\n");
    CHECK(root.admit() == ENOMEM);
    root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(root.admit() == 0);
}

TEST_CASE("damaged files mean no limit") {
    const Root root;
    for (const char* text : {"", "0", "0:", "0::", "5:memory", "5:memory,", ":::::"}) {
        root.write("/proc/self/cgroup", text);
        root.write("/sys/fs/cgroup/memory.max", "-5");
        CHECK(root.admit() == 0);
    }
}
