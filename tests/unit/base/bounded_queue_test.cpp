// SPDX-License-Identifier: MIT
#include "base/bounded_queue.h"

#include <string>
#include <thread>

#include "support/catch.h"

using restanza::BoundedQueue;

TEST_CASE("a bounded queue takes its limit and refuses one more, untouched") {
  BoundedQueue<std::string> queue(2);
  CHECK(queue.push("a"));
  CHECK(queue.push("b"));
  std::string third = "c";
  CHECK_FALSE(queue.push(std::move(third)));
  CHECK(third == "c");
  CHECK(queue.pop() == "a");
  CHECK(queue.push(std::move(third)));
}

TEST_CASE("closing lets a waiting reader go after the queue is empty") {
  BoundedQueue<int> queue(4);
  queue.push(1);
  std::thread closer([&] { queue.close(); });
  CHECK(queue.pop() == 1);
  CHECK_FALSE(queue.pop());
  closer.join();
  CHECK_FALSE(queue.push(2));
}
