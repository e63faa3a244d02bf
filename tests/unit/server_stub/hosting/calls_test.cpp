// SPDX-License-Identifier: MIT
#include "hosting/calls.h"

#include <future>
#include <thread>

#include "support/catch.h"

using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("calls are let in between open and close only") {
  Calls calls;
  CHECK_FALSE(Calls::Scope(calls));
  calls.open();
  CHECK(Calls::Scope(calls));
  CHECK(calls.close(0ms));
  CHECK_FALSE(Calls::Scope(calls));
}

TEST_CASE("close tells of a call that does not return, and waits for one that does") {
  Calls calls;
  calls.open();
  std::promise<void> in, leave;
  std::thread caller([&] {
    const Calls::Scope call(calls);
    in.set_value();
    leave.get_future().wait();
  });
  in.get_future().wait();
  CHECK_FALSE(calls.close(0ms));
  CHECK_FALSE(Calls::Scope(calls));
  leave.set_value();
  CHECK(calls.close(20s));
  caller.join();
}
