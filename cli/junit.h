// SPDX-License-Identifier: MIT
//
// What was checked, as JUnit's XML, which CI servers show beside a change.
//
// Side:   our process, cli. Plain data.
// Source: github.com/testmoapp/junitxml, what GitHub's actions, GitLab and Jenkins have in common of it.
#pragma once

#include <string>
#include <vector>

#include <heapkit/result.h>

namespace heapkit::cli {

class Console;

struct TestCase {
    enum class Outcome { passed, failed, could_not_tell };
    std::string name;
    Outcome outcome = Outcome::passed;
    std::string message = {};  // one line: "20 blocks are lost"
    std::string details = {};  // as long as it likes
};

struct TestSuite {
    std::string name;  // "heapkit.leaks"
    std::vector<TestCase> cases = {};
};

// Whatever bytes the texts have, the document is well-formed and UTF-8.
std::string to_junit(const TestSuite& suite);

// Errors: it cannot be written.
Result<void> write_junit(const std::string& file, const TestSuite& suite, const Console& console);

}  // namespace heapkit::cli
