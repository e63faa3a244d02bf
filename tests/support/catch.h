// SPDX-License-Identifier: MIT
// Catch2 in either of the versions that Debian ships: 2.13 (one header) and 3.x.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
