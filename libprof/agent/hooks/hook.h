// SPDX-License-Identifier: MIT
//
// How a hook is declared: exported, and with a frame of its own, so that PROF_CALLER() in it is right.
//
// Side: agent, floor 5 (hooks). PROF_CALLER() reads the frame pointer, which makes the compiler keep one.
#pragma once

#include "record/recorder.h"

#define PROF_HOOK extern "C" __attribute__((visibility("default"), noinline))
