#!/bin/sh
# SPDX-License-Identifier: MIT
# program: ninja-O0
# language: C++
# built: ninja 1.11.1, g++ -O0 -g
# looked at while building: yes
set -eu
"$HEAPKIT" run -o "$OUT" -- "$PROGRAMS/ninja-O0" -C "$INPUTS" -n >"$OUT/output"
