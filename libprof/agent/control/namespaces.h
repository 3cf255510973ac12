// SPDX-License-Identifier: MIT
//
// Whether a copy of this process would be a process like it.
//
// Side: agent, floor 4 (control). Signals: async-signal-safe.
#pragma once

namespace prof::namespaces {

// After unshare(CLONE_NEWPID), or setns() to a namespace of process ids, the next child is in another one than the
// program; the first in a fresh one is its process 1, and with its end no other can be made. That is no place for a
// copy.
bool has_other_for_children() noexcept;

}  // namespace prof::namespaces
