// SPDX-License-Identifier: MIT
// The options that a request understands, a row each: its name, and what takes its value. What is none of
// them is refused and named, never ignored: it may have been meant to leave something out. Pure, any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "rest/answers/query_members.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

struct Option {
  const char* name;
  std::function<Result<void, Refusal>(const std::string& value)> take;
};

// Any text; the last one where there are several. `text` outlives the option.
Option text_option(const char* name, std::optional<std::string>& text);

// One after the other, up to the first that is refused. There is at least one option.
Result<void, Refusal> read_options(const Members& members, const std::vector<Option>& options);

}  // namespace restanza::rest
