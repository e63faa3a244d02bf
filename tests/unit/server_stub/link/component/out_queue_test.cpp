// SPDX-License-Identifier: MIT
#include "link/component/out_queue.h"

#include <string>

#include "support/catch.h"

using namespace restanza::host;

namespace {

std::shared_ptr<Wakeup> wakeup() {
  return std::make_shared<Wakeup>();
}

std::string next_bytes(OutQueue& queue, size_t count = 8) {
  iovec parts[8];
  const size_t filled = queue.gather(parts, count);
  std::string bytes;
  for (size_t i = 0; i < filled; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return bytes;
}

void run(const std::vector<std::function<void()>>& callbacks) {
  for (const auto& callback : callbacks) callback();
}

}  // namespace

TEST_CASE("a stanza that was cut off is written again from its beginning, a written one is not") {
  OutQueue queue({}, wakeup());
  queue.push("<a/>", false, nullptr);
  queue.push("<bb/>", false, nullptr);
  queue.push("<c/>", false, nullptr);
  CHECK(next_bytes(queue, 2) == "<a/><bb/>");
  queue.wrote(6);
  CHECK(queue.mid_stanza());
  CHECK(queue.size() == 2);
  CHECK(next_bytes(queue) == "b/><c/>");
  queue.rewind();
  CHECK_FALSE(queue.mid_stanza());
  CHECK(next_bytes(queue) == "<bb/><c/>");
  queue.wrote(9);
  CHECK(queue.size() == 0);
  CHECK(next_bytes(queue).empty());
}

TEST_CASE("the queue holds as many bytes as its limit and not one more") {
  OutQueue queue({100, 10, 100}, wakeup());
  CHECK(queue.push("12345", false, nullptr) == OutQueue::Push::taken);
  CHECK(queue.push("123456", false, nullptr) == OutQueue::Push::would_block);
  CHECK(queue.push("12345", false, nullptr) == OutQueue::Push::taken);
  CHECK(queue.push("1", false, nullptr) == OutQueue::Push::would_block);
}

TEST_CASE("what is larger than the whole queue goes through an empty one") {
  OutQueue queue({100, 10, 100}, wakeup());
  CHECK(queue.push("12345678901", false, nullptr) == OutQueue::Push::taken);
  CHECK(queue.push("1", false, nullptr) == OutQueue::Push::would_block);
}

TEST_CASE("room is announced once, to as many as fit, the oldest first") {
  OutQueue queue({2, 100, 100}, wakeup());
  std::string order;
  queue.push("<a/>", false, nullptr);
  queue.push("<b/>", false, nullptr);
  for (const char name : {'1', '2', '3'}) {
    CHECK(queue.push("<c/>", false, [&order, name] { order += name; }) == OutQueue::Push::would_block);
  }
  run(queue.due());
  CHECK(order.empty());
  next_bytes(queue);
  queue.wrote(4);
  run(queue.due());
  CHECK(order == "1");
  queue.push("<c/>", false, nullptr);
  run(queue.due());
  CHECK(order == "1");
  next_bytes(queue);
  queue.wrote(8);
  run(queue.due());
  CHECK(order == "123");
  run(queue.due());
  CHECK(order == "123");
}

TEST_CASE("a request waits for the connection, and does not hold up who waits for room") {
  OutQueue queue({1, 100, 100}, wakeup());
  std::string order;
  CHECK(queue.push("<iq/>", true, [&] { order += 'r'; }) == OutQueue::Push::would_block);
  queue.push("<a/>", false, nullptr);
  CHECK(queue.push("<b/>", false, [&] { order += 'm'; }) == OutQueue::Push::would_block);
  next_bytes(queue);
  queue.wrote(4);
  run(queue.due());
  CHECK(order == "m");
  queue.open(true);
  run(queue.due());
  CHECK(order == "mr");
  CHECK(queue.push("<iq/>", true, nullptr) == OutQueue::Push::taken);
}

TEST_CASE("as many callers wait as the limit says, and the end lets all of them go") {
  OutQueue queue({1, 100, 2}, wakeup());
  queue.push("<a/>", false, nullptr);
  auto held = std::make_shared<int>(0);
  for (int i = 0; i < 3; ++i) queue.push("<b/>", false, [held] { ++*held; });
  CHECK(held.use_count() == 3);
  queue.end();
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);
  CHECK(queue.push("<c/>", false, nullptr) == OutQueue::Push::ended);
  CHECK(queue.size() == 1);
}
