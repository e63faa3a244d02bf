// SPDX-License-Identifier: MIT
// Which deliveries a request names, by its query string or a JSON object with the same members: state,
// endpoint, after, before, limit, beyond. What is not understood is refused and named, never ignored: it may
// have been meant to leave some deliveries out. Pure, any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "journal/record.h"
#include "rest/answers/query_members.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

struct DeliveryQuery {
  static constexpr size_t kMaxLimit = 1000;

  journal::Filter filter;
  journal::Seq beyond = 0;
  size_t limit = 100;
};

// `paged`: limit and beyond are understood too.
Result<DeliveryQuery, Refusal> delivery_query(const Members& members, bool paged);

}  // namespace restanza::rest
