// SPDX-License-Identifier: MIT
//
// Catch2 under one name, whether it is version 2 or 3.
#pragma once
#ifdef HEAPKIT_CATCH_3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
