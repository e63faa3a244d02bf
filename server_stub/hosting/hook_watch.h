// SPDX-License-Identifier: MIT
// Looks at what one plugin's hooks do while they are called: how long they take, and how much they send from
// inside. What is too much is logged once, with the plugin's name; nothing is refused for it, because the
// queues have limits of their own. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "base/log.h"

namespace restanza::host {

class HookWatch {
 public:
  // A hook holds up the stanzas behind it, in local mode everybody's.
  static constexpr std::chrono::milliseconds kSlow{250};
  static constexpr size_t kSendsInACall = 1000;
  // Sent while the plugin was shown stanzas that it had sent itself, which may go on without end.
  static constexpr size_t kSendsToItself = 1000;

  explicit HookWatch(Log& log) : log_(log) {}

  int32_t call(bool injected, const std::function<int32_t()>& hook);
  void sent();  // the plugin sends something, perhaps from inside its hook

 private:
  void say_once(std::atomic<bool>& said, Level level, const std::string& what);

  Log& log_;
  std::atomic<size_t> to_itself_{0};
  std::atomic<bool> said_slow_{false}, said_storm_{false}, said_loop_{false};
};

}  // namespace restanza::host
