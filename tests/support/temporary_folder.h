// SPDX-License-Identifier: MIT
//
// A folder that is gone when the test is over.
//
// Side: tests.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace heapkit::tests {

class TemporaryFolder {
   public:
    TemporaryFolder() {
        std::string name = std::filesystem::temp_directory_path() / "heapkit-test-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

   private:
    std::filesystem::path path_;
};

}  // namespace heapkit::tests
