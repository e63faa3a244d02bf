// SPDX-License-Identifier: MIT
#include "base/thread.h"

#include <unistd.h>

#include <algorithm>
#include <future>

#include "base/large_stack_thread.h"
#include "support/catch.h"

using namespace restanza;

namespace {

bool listed(pid_t thread) {
  const auto all = own_threads();
  return std::find(all.begin(), all.end(), thread) != all.end();
}

}  // namespace

TEST_CASE("a thread that this program began is listed until it ends") {
  std::promise<pid_t> number;
  std::promise<void> end;
  std::thread thread = start_thread("listed", [&] {
    number.set_value(gettid());
    end.get_future().wait();
  });
  const pid_t first = number.get_future().get();
  std::promise<pid_t> large_number;
  std::promise<void> large_end;
  LargeStackThread large("listed-large", 0, [&] {
    large_number.set_value(gettid());
    large_end.get_future().wait();
  });
  const pid_t second = large_number.get_future().get();
  CHECK(listed(first));
  CHECK(listed(second));
  CHECK_FALSE(listed(gettid()));
  end.set_value();
  thread.join();
  CHECK_FALSE(listed(first));
  CHECK(listed(second));
  large_end.set_value();
  large.join();
  CHECK_FALSE(listed(second));
}
