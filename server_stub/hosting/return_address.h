// SPDX-License-Identifier: MIT
// Which words of a stack may be return addresses: those that point behind a call instruction. Other words in
// the range of a library's code are there by chance, such as a pointer of which a half was overwritten with
// 0. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace restanza::host {

constexpr size_t kLongestCall = 7;  // bytes, on x86-64 without prefixes

// `code`: up to kLongestCall bytes that end where the address points to. On processors other than x86-64 and
// AArch64 every code may end with a call.
bool ends_with_call(std::string_view code);

}  // namespace restanza::host
