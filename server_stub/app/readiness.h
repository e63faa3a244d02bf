// SPDX-License-Identifier: GPL-3.0-or-later
// Calls a function once, when everything is up: the program listens, and every link that it waits for is up
// or was removed before it could be. Any thread; the function is called without a lock.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace restanza::host {

class Readiness {
 public:
  explicit Readiness(std::function<void(std::string line)> say) : say_(std::move(say)) {}

  // The line names it as "KIND=DOMAIN".
  void expect(const std::string& kind, const std::string& domain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    links_.push_back({kind, domain, false});
  }
  void listening(std::string line) {
    change([&] { line_ = std::move(line); });
  }
  void logged_in(const std::string& domain) {
    change([&] {
      for (auto& link : links_) link.up = link.up || link.domain == domain;
    });
  }
  void taken_away(const std::string& domain) {
    change([&] {
      links_.erase(std::remove_if(links_.begin(), links_.end(),
                                  [&](const auto& link) { return link.domain == domain; }),
                   links_.end());
    });
  }

 private:
  struct Awaited {
    std::string kind;
    std::string domain;
    bool up;
  };

  void change(const std::function<void()>& how) {
    std::string line;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      how();
      line = line_;
      for (const auto& link : links_) {
        if (!link.up) return;
        line += " " + link.kind + "=" + link.domain;
      }
      if (said_ || line_.empty()) return;
      said_ = true;
    }
    say_(line);
  }

  const std::function<void(std::string line)> say_;
  std::mutex mutex_;
  std::string line_;  // empty: nothing listens yet
  std::vector<Awaited> links_;
  bool said_ = false;
};

}  // namespace restanza::host
