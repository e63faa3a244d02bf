// SPDX-License-Identifier: MIT
// Catch2 in either of the versions that Debian ships: 2.13 (one header) and 3.x, and what these name
// differently.
#pragma once

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace restanza {

// For CHECK_THAT(text, Contains("part")).
inline auto Contains(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

inline auto StartsWith(const std::string& part) {
  return Catch::Matchers::StartsWith(part);
}

inline auto EndsWith(const std::string& part) {
  return Catch::Matchers::EndsWith(part);
}

}  // namespace restanza
