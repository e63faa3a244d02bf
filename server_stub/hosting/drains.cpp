// SPDX-License-Identifier: MIT
#include "hosting/drains.h"

#include <utility>

namespace restanza::host {

Drains& Drains::all() {
  static auto* const drains = new Drains;  // for ever: threads of plugins may outlive whatever ends with main
  return *drains;
}

void* Drains::open(std::function<void()> done, Log& log) {
  const std::lock_guard<std::mutex> lock(mutex_);
  void* const drain = reinterpret_cast<void*>(++last_);
  drains_.emplace(drain, Drain{std::move(done), &log});
  return drain;
}

bool Drains::done(void* drain) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = drains_.find(drain);
  return found != drains_.end() && !found->second.done;
}

void Drains::close(void* drain) {
  const std::lock_guard<std::mutex> lock(mutex_);
  drains_.erase(drain);
}

void Drains::on_done(void* ctx) {
  try {
    all().say(ctx);
  } catch (...) {
    // Nothing that is thrown may reach the plugin. The host hears nothing then, and goes on at its deadline.
  }
}

void Drains::say(void* ctx) {
  std::function<void()> done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = drains_.find(ctx);
    if (found == drains_.end()) return;  // its instance is gone, and with it the name for the log
    done = std::exchange(found->second.done, nullptr);
    if (!done) found->second.log->write(Level::plugin_bug, "the drain was said to be done twice");
  }
  if (done) done();
}

}  // namespace restanza::host
