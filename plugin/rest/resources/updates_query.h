// SPDX-License-Identifier: MIT
// What a request for updates asks for, as its query says it. Pure, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "rest/answers/refusal.h"
#include "rest/resources/consumer_place.h"

namespace restanza::rest {

struct UpdatesQuery {
  static constexpr size_t kMaxLimit = 1000;
  static constexpr std::chrono::seconds kMaxTimeout{120};

  NamedPlace place;
  size_t limit = 100;
  std::chrono::seconds timeout{30};  // how long it waits where there is nothing
};

Result<UpdatesQuery, Refusal> updates_query(std::string_view query);

}  // namespace restanza::rest
