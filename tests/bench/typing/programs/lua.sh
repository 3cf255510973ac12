#!/bin/sh
# SPDX-License-Identifier: MIT
# program: lua
# language: C
# built: lua 5.4.4, gcc -O2 -g
# looked at while building: yes
set -eu
"$HEAPKIT" run -o "$OUT" -- "$PROGRAMS/lua" "$INPUTS/tables.lua"
