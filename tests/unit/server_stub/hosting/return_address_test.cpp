// SPDX-License-Identifier: MIT
// The address behind an instruction is one to return to where that instruction is a call.
#include "hosting/return_address.h"

#include <cstddef>
#include <string>

#include "support/catch.h"

using namespace restanza::host;

namespace {

// What stands before the address that this function returns to.
[[gnu::noinline]] std::string code_before_return() {
  const auto* address = static_cast<const char*>(__builtin_return_address(0));
  return {address - kLongestCall, kLongestCall};
}

std::string bytes(std::initializer_list<int> all) {
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("a call of this compiler is known, direct or through a pointer") {
  CHECK(ends_with_call(code_before_return()));
  std::string (*volatile pointer)() = code_before_return;
  CHECK(ends_with_call(pointer()));
}

#if defined(__x86_64__)
TEST_CASE("each length of a call on x86-64 is known, and what is none is not") {
  CHECK(ends_with_call(bytes({0x90, 0x90, 0xe8, 1, 2, 3, 4})));              // call near
  CHECK(ends_with_call(bytes({0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xd0})));  // call *%rax
  CHECK(ends_with_call(bytes({0x90, 0x90, 0x90, 0x90, 0xff, 0x50, 8})));     // call *8(%rax)
  CHECK(ends_with_call(bytes({0x90, 0xff, 0x15, 1, 2, 3, 4})));              // call *distance(%rip)
  CHECK(ends_with_call(bytes({0xff, 0x94, 0xc7, 1, 2, 3, 4})));              // call *distance(%rdi,%rax,8)
  CHECK_FALSE(ends_with_call(bytes({0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90})));
  CHECK_FALSE(ends_with_call(bytes({0x90, 0x90, 0xe9, 1, 2, 3, 4})));  // jmp near
  CHECK_FALSE(ends_with_call(bytes({0x90, 0xff, 0x25, 1, 2, 3, 4})));  // jmp *distance(%rip)
  CHECK_FALSE(ends_with_call(bytes({0xe8, 1, 2, 3, 4, 0x31, 0xc0})));  // a call, and one more instruction
  CHECK_FALSE(ends_with_call(bytes({0xe8, 1, 2, 3})));
  CHECK_FALSE(ends_with_call({}));
}
#endif
