// SPDX-License-Identifier: MIT
//
// A forked child of the recorded process: it records on in tables of its own, and shares them when it has done enough.
//
// Side:    agent, floor 2 (record).
// Threads: begin() by the thread that is left, at its first event; look() inside the recorder.
//
// Most children live for a moment: a shell's, before they exec. To copy all tables to where heapkit run sees them would
// cost each of them; so a child reserves its slot, and fills it when one of these holds:
//
//   it has recorded enough_looks times 64 events | holds enough_bytes more than at the fork | lives for enough_ns
//   | is about to make its first thread
//
// The last because tables can be moved only while one thread records, and libc says of the second one before it is
// there. A child of a parent with threads hears nothing of that sort: when a second thread records before the slot is
// filled, it stays empty, and that is counted.
#pragma once

#include "shared.h"
#include "threads.h"

namespace prof::child {

// Nothing of the parent is touched any more. False: there is no memory for that, and nothing may be recorded.
//
// The parent went on counting until then, so what lives must be counted anew, which costs some 40 ns a block: a child
// that waits with a slot does that when it fills it.
bool begin(Thread& survivor) noexcept;

// Now and then, while the child waits with a slot of its own: shared::is_reserved(). False as above.
bool look(Thread& thread) noexcept;

// In a frozen copy of such a child: counts what it has put off.
void catch_up() noexcept;

}  // namespace prof::child
