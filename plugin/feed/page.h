// SPDX-License-Identifier: MIT
// What a consumer reads at once: what waits on disk and what waits in memory, in the order in which it came.
// Pure, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "feed/cursor.h"
#include "feed/moments.h"
#include "feed/tail.h"

namespace restanza::feed {

struct Update {
  std::string cursor;
  std::string id;  // as a webhook-id: the same whenever it is read
  WallTime accepted;
  std::shared_ptr<const xmpp::Stanza> stanza;
  bool kept = true;
  std::optional<Instant> until;  // of an iq: it is to be answered by then
};

struct Page {
  std::vector<Update> updates;  // in the order of acceptance
  std::string next;             // acknowledges all of them
  Cursor end;                   // what that stands for
  uint64_t missed = 0;          // how many were given up that the reader did not know of
  bool full = false;            // there may be more behind it
};

struct PageLimits {
  size_t updates = 0;
  size_t bytes = 0;  // of their texts, but for the first
};

// What of both fits. `at`: behind which it all came; `last`: the delivery up to which moments have come.
Page merge(std::vector<Kept> kept, const std::vector<Moment>& moments, const Cursor& at, journal::Seq last,
           PageLimits limits);

}  // namespace restanza::feed
