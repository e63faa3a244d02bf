// SPDX-License-Identifier: MIT
// The drains under way, by handles that are numbers: a plugin may say done twice, or after its end, and such
// a word must find nothing that has been freed. One for the process, because the word brings nothing but its
// ctx. Any thread; what `open` was given runs without a lock.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "base/log.h"

namespace restanza::host {

class Drains {
 public:
  static Drains& all();

  // `log` until `close`. The result is the ctx for `on_done`.
  void* open(std::function<void()> done, Log& log);
  bool done(void* drain) const;
  void close(void* drain);

  static void on_done(void* ctx);  // for the plugin

 private:
  struct Drain {
    std::function<void()> done;  // empty once it was said
    Log* log;
  };
  void say(void* ctx);

  mutable std::mutex mutex_;
  std::map<void*, Drain> drains_;
  uintptr_t last_ = 0;
};

}  // namespace restanza::host
