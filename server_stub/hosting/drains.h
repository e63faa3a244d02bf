// SPDX-License-Identifier: MIT
// The drains under way, by number. A plugin may call `done` twice, or after its end: a number that is no
// longer in the table is then ignored, where a pointer would lead to freed memory. There is one table for the
// process, because such a call brings only its ctx, which is the number. Any thread; the function that `open`
// was given runs without a lock.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "base/log.h"

namespace restanza::host {

class Drains {
 public:
  static Drains& all();

  // `log` must live until `close`. The result is the ctx for `on_done`.
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
