// SPDX-License-Identifier: MIT
//
// Where answers, errors and progress go, and what that place can show.
//
// Side: our process, cli.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include <heapkit/result.h>
#include "base/shell_words.h"
#include "render/text.h"

namespace heapkit::cli {

class Console {
   public:
    Console();

    render::TextOptions text_options() const noexcept { return text_options_; }
    bool output_is_terminal() const noexcept { return output_is_terminal_; }
    bool errors_are_terminal() const noexcept { return errors_are_terminal_; }
    bool shows_progress() const noexcept { return shows_progress_; }  // standard error can be drawn over

    void print(std::string_view text) const;  // to standard output
    void explain(const Error& error) const;   // "heapkit: what", then the hint
    [[nodiscard]] bool flush() const;         // false: standard output cannot be written

   private:
    render::TextOptions text_options_;
    bool output_is_terminal_ = false, errors_are_terminal_ = false, shows_progress_ = false;
};

// Bytes to a file that appears whole or not at all; "-" is standard output. What is there and is no regular file, as a
// pipe or /dev/null, is written to as it is: to rename over it would take it away.
Result<void> write_whole_file(const std::string& path, std::string_view content, const Console& console);

}  // namespace heapkit::cli
