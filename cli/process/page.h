// SPDX-License-Identifier: MIT
//
// The control page of a recorded process, found and opened from outside.
//
// Side:   our process, cli. The page is written by the process, which may be broken: nothing in it is trusted.
#pragma once

#include <sys/types.h>

#include <string>

#include <prof/control.h>

#include <heapkit/result.h>

namespace heapkit::cli {

class ControlPage {
   public:
    // Errors say why the process cannot be asked.
    static Result<ControlPage> open(pid_t pid, bool force);

    ControlPage(ControlPage&& other) noexcept;
    ControlPage& operator=(ControlPage&&) = delete;
    ~ControlPage();

    prof_control_state state() const noexcept;
    uint32_t signal_number() const noexcept { return page_->signal_number; }
    std::string reply_path() const;
    std::string reply_text() const;
    std::string shared_path() const;
    uint32_t own_pid() const noexcept { return page_->pid; }  // as the process sees itself

    // False: another tool asks at this moment.
    bool lock() const noexcept;
    // Asks; returns the request's number. `path` is absolute or "", `flags` are of prof_request_flag.
    uint32_t ask(const std::string& path, uint32_t flags) noexcept;
    bool is_answered(uint32_t number) const noexcept;
    // Whether the process still has this page. Not after exec: the program that follows makes another, or none.
    bool is_mapped_by(pid_t pid) const;
    prof_control_result result() const noexcept { return static_cast<prof_control_result>(page_->result); }

   private:
    ControlPage(int fd, prof_control* page) noexcept : fd_(fd), page_(page) {}
    int fd_;
    prof_control* page_;
};

// "jq", or "" when the process is gone.
std::string process_name(pid_t pid);

// Takes away the pages that killed processes of ours left behind.
void remove_stale_pages();

// Not there, or a zombie that nobody has waited for.
bool has_ended(pid_t pid);

}  // namespace heapkit::cli
