// SPDX-License-Identifier: MIT
// Whether a stanza that was read may be sent, and as what. Any thread.
#pragma once

#include "base/result.h"
#include "feed/consumers.h"
#include "rest/sending/reading.h"

namespace restanza::rest {

enum class SentAs {
  stanza,   // handed to the host, and done
  request,  // an iq that waits for its answer
};

Result<SentAs, Refusal> check_stanza(const Posted& posted, const Caller& caller,
                                     const feed::Consumers& consumers);

}  // namespace restanza::rest
