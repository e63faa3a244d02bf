// SPDX-License-Identifier: MIT
#include "hosting/hook_watch.h"

#include <utility>

namespace restanza::host {
namespace {

// The hook that this thread is in; hooks may be called inside hooks, of other plugins too.
struct InHook {
  const HookWatch* watch;
  bool injected;
  size_t sent;
};
thread_local InHook* in_hook = nullptr;

}  // namespace

int32_t HookWatch::call(bool injected, const std::function<int32_t()>& hook) {
  // Not the clock of the tests: what a hook really took is what the others really waited.
  const auto begun = std::chrono::steady_clock::now();
  InHook here{this, injected, 0};
  InHook* const outer = std::exchange(in_hook, &here);
  const int32_t verdict = hook();
  in_hook = outer;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  if (took > kSlow) {
    say_once(said_slow_, Level::warn,
             "a hook took " + std::to_string(took.count()) +
                 " ms: a hook must not wait, everything behind the stanza waits with it");
  }
  // A chain of its own stanzas ends with the first foreign one that brings no further answer.
  if (!injected && here.sent == 0) to_itself_ = 0;
  return verdict;
}

void HookWatch::sent() {
  if (!in_hook || in_hook->watch != this) return;
  if (++in_hook->sent > kSendsInACall) {
    say_once(said_storm_, Level::plugin_bug,
             "a hook sent more than " + std::to_string(kSendsInACall) + " stanzas in one call");
  }
  if (in_hook->injected && ++to_itself_ > kSendsToItself) {
    say_once(said_loop_, Level::plugin_bug,
             "a hook answers what the plugin itself has sent, more than " + std::to_string(kSendsToItself) +
                 " times: it feeds itself");
  }
}

void HookWatch::say_once(std::atomic<bool>& said, Level level, const std::string& what) {
  if (!said.exchange(true)) log_.write(level, what);
}

}  // namespace restanza::host
