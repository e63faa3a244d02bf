// SPDX-License-Identifier: MIT
// Catches what the functions that a plugin calls throw, as a rule for want of memory, for no exception may
// cross xp.h: it becomes a line in the log, and the plugin gets the answer for a failure. Any thread.
#pragma once

#include <exception>
#include <type_traits>

#include "base/guarded.h"
#include "hosting/host_api.h"

namespace restanza::host {

// `function` of HostApi as it may stand in the table. `failed` is the answer for a failure where that is a
// number; a pointer is null then.
template <class R, class... Arguments, R (*function)(const xp_host*, Arguments...), int32_t failed>
struct HostApi::NoThrow<function, failed> {
  static R call(const xp_host* host, Arguments... arguments) noexcept {
    try {
      return function(host, arguments...);
    } catch (const std::exception& thrown) {
      log_thrown(self(host).log_, "a call of the plugin", thrown);
    } catch (...) {
      // A server's own functions, which stand behind some of these, may throw anything.
    }
    if constexpr (std::is_pointer_v<R>) return nullptr;
    if constexpr (std::is_integral_v<R>) return failed;
  }
};

}  // namespace restanza::host
