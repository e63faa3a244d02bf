// SPDX-License-Identifier: GPL-3.0-or-later
// Says once that everything is up: when the program listens and every component that it waits for has logged
// in, or was taken away before it could. Any thread; the line is said without a lock held.
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

  void expect(const std::string& component) {
    const std::lock_guard<std::mutex> lock(mutex_);
    components_.push_back({component, false});
  }
  void listening(std::string line) {
    change([&] { line_ = std::move(line); });
  }
  void logged_in(const std::string& component) {
    change([&] {
      for (auto& [domain, up] : components_) up = up || domain == component;
    });
  }
  void taken_away(const std::string& component) {
    change([&] {
      components_.erase(std::remove_if(components_.begin(), components_.end(),
                                       [&](const auto& each) { return each.first == component; }),
                        components_.end());
    });
  }

 private:
  void change(const std::function<void()>& how) {
    std::string line;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      how();
      line = line_;
      for (const auto& [domain, up] : components_) {
        if (!up) return;
        line += " component=" + domain;
      }
      if (said_ || line_.empty()) return;
      said_ = true;
    }
    say_(line);
  }

  const std::function<void(std::string line)> say_;
  std::mutex mutex_;
  std::string line_;  // empty: nothing listens yet
  std::vector<std::pair<std::string, bool>> components_;
  bool said_ = false;
};

}  // namespace restanza::host
