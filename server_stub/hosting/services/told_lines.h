// SPDX-License-Identifier: MIT
// What a plugin tells in lines while it does something without an instance (xp.tasks/1, xp.report/1), and
// what came of it. One thread, for the time of one call into the plugin.
#pragma once

#include <cstring>
#include <functional>
#include <string>

#include "base/result.h"
#include "xp_views.h"

namespace restanza::host {

// A line as the plugin wrote it. May throw: then no more lines come, and there is an error.
using OnLine = std::function<void(std::string line)>;

class ToldLines {
 public:
  explicit ToldLines(const OnLine& tell) : tell_(tell) {}

  // Called by the plugin: nothing may be thrown.
  static void on_line(void* ctx, xp_str line) noexcept {
    auto& lines = *static_cast<ToldLines*>(ctx);
    if (!lines.whole_) return;
    try {
      lines.tell_(views::copy(line));
    } catch (...) {
      lines.whole_ = false;
    }
  }

  // False: the plugin has nothing of the kind. An error is what the plugin says of it.
  Result<bool> outcome(xp_status status, const xp_error& error) const {
    if (!whole_) return Error{"what it told could not be taken whole"};
    if (status == XP_OK) return true;
    if (status == XP_UNSUPPORTED) return false;
    const std::string why(error.text, strnlen(error.text, sizeof error.text));
    return Error{why.empty() ? "status " + std::to_string(status) : why};
  }

 private:
  const OnLine& tell_;
  bool whole_ = true;
};

// Of the plugin and without an instance; null where it has none of that name.
template <class Extension>
const Extension* extension_of(const xp_plugin_desc& plugin, const char* id) {
  if (!plugin.get_extension) return nullptr;
  return static_cast<const Extension*>(plugin.get_extension(nullptr, id));
}

}  // namespace restanza::host
