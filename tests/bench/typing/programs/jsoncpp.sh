#!/bin/sh
# SPDX-License-Identifier: MIT
# program: jsontestrunner
# language: C++
# built: jsoncpp 1.9.5 jsontestrunner, clang++ -O2 -g
# looked at while building: no
set -eu
cp "$INPUTS/documents.json" "$OUT/input.json"
"$HEAPKIT" run -o "$OUT" --interval 100ms --keep 100 -- "$PROGRAMS/jsontestrunner" "$OUT/input.json" >"$OUT/output"
