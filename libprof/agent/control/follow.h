// SPDX-License-Identifier: MIT
//
// Programs that this one becomes or starts by exec: freed of us, or recorded too.
//
// Side:    agent, floor 4 (control).
// Threads: start() once, on the main thread; the rest anywhere. Signals: async-signal-safe, as exec is.
//
// What differs in the environment of a program, and nothing else does:
//
//   follow=off   ours is taken out of LD_PRELOAD (the whole variable, when nothing else is in it), and PROF is not
//   there:
//                for the program itself as for those that it starts. Nothing of ours stands between it and exec then.
//   follow=on    both stay, and the program sees them. They are put back, behind all others, into an environment of the
//                program's own that lacks them.
#pragma once

#include <cstddef>

namespace prof::follow {

// `environment` is the one that the kernel made, before libc has looked at it.
void start(char** environment, bool follows) noexcept;

// What an environment needs that is handed to exec; zeros: it may go as it is.
struct Room {
    size_t entries;  // pointers, the null at the end included
    size_t bytes;    // of text
};
Room room_for(char* const* given) noexcept;
// The environment with us in it, in room of the caller's.
char** fill(char* const* given, char** entries, char* text) noexcept;

}  // namespace prof::follow
