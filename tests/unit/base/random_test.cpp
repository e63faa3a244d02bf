// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace restanza;

TEST_CASE("an id is 24 letters of the URL-safe alphabet") {
  const std::string id = random_id();
  CHECK(id.size() == 24);
  CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
}

TEST_CASE("no id is given twice, on however many threads") {
  constexpr size_t kThreads = 4, kEach = 5000;
  std::array<std::vector<std::string>, kThreads> given;
  std::vector<std::thread> threads;
  for (auto& ids : given) {
    threads.emplace_back([&ids] {
      for (size_t i = 0; i < kEach; ++i) ids.push_back(random_id());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& ids : given) all.insert(ids.begin(), ids.end());
  CHECK(all.size() == kThreads * kEach);
}

TEST_CASE("a process and the child that it forks give different ids") {
  (void)random_id();  // what is in stock now, both have
  std::array<int, 2> ends;
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string id = random_id();
    _exit(write(ends[1], id.data(), id.size()) == static_cast<ssize_t>(id.size()) ? 0 : 1);
  }
  const std::string own = random_id();
  std::string others(own.size(), '\0');
  CHECK(read(ends[0], others.data(), others.size()) == static_cast<ssize_t>(others.size()));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(others != own);
  for (const int end : ends) close(end);
}
