// SPDX-License-Identifier: MIT
// Connections for those who read, each for one of them at a time: made when all are in use, up to kMax, and
// made anew where one has failed. While the server cannot be reached, tries are kAgain apart, and others hear
// at once why. Any thread; waits for the server. Internal to this folder.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/postgres/client/connection.h"

namespace restanza::journal::postgres {

class Readers {
 public:
  static constexpr size_t kMax = 4;
  static constexpr std::chrono::seconds kAgain{1};

  Readers(Address address, std::string schema) : address_(std::move(address)), schema_(std::move(schema)) {}

  // A connection that was ended meanwhile is no failure: what only reads is done again.
  template <class Work>
  auto read(Work&& work) -> decltype(work(std::declval<Connection&>())) {
    for (int left = static_cast<int>(kMax) + 1;; --left) {
      auto lent = lend();
      if (!lent) return lent.error();
      auto done = work(**lent);
      const bool again = !done && (*lent)->failed() && left > 1;
      give_back(std::move(*lent));
      if (!again) return done;
    }
  }

 private:
  Tried<std::unique_ptr<Connection>> lend();
  void give_back(std::unique_ptr<Connection> connection);

  const Address address_;
  const std::string schema_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  size_t lent_ = 0;
  Failure why_;
  std::chrono::steady_clock::time_point again_{};
};

}  // namespace restanza::journal::postgres
