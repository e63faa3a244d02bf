// SPDX-License-Identifier: MIT
// The main function of every unit test program where Catch2 2.13 does not bring one.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
