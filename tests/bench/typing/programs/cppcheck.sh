#!/bin/sh
# SPDX-License-Identifier: MIT
# program: cppcheck
# language: C++
# built: cppcheck 2.10, g++ -O2 -g
# input: lib/checkclass.cpp of its own sources, beside it
# looked at while building: no
set -eu
"$HEAPKIT" run -o "$OUT" --interval 500ms --keep 100 -- "$PROGRAMS/cppcheck" --force "$PROGRAMS/checkclass.cpp" >"$OUT/output" 2>&1
