#!/bin/sh
# SPDX-License-Identifier: MIT
# program: yamlparse
# language: C++
# built: yaml-cpp 0.7.0 util/parse, g++ -O2 -g -flto
# looked at while building: no
set -eu
"$HEAPKIT" run -o "$OUT" --interval 100ms --keep 100 -- "$PROGRAMS/yamlparse" "$INPUTS/documents.yaml" >"$OUT/output"
