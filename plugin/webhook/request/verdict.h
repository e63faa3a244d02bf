// SPDX-License-Identifier: MIT
// What a request's outcome means for its delivery (RFC 9110 section 15): 2xx is delivered, 410 is gone; no
// answer, 408, 425, 429, 502, 503 and 504 are unavailable, other 5xx failed, and the rest is refused. Pure
// functions, any thread.
#pragma once

#include "subscription/verdict.h"
#include "webhook/request/outcome.h"
#include "webhook/settings/refusals.h"

namespace restanza::webhook {

using subscription::Verdict;
using subscription::worth_retrying;

Verdict verdict_of(const Outcome& outcome);

// The same for a delivery: a refusal of one that the journal keeps counts as failed where the endpoint's
// settings say that it is worth another try.
Verdict verdict_of(const Outcome& outcome, const Refusals& on_refusal, bool kept);

// The same, with how long the endpoint asks to be left alone, and of whom it tells: 503, and that nobody is
// there, of the endpoint. All others may be meant for one conversation only.
subscription::Ended ended_of(const Outcome& outcome, const Refusals& on_refusal, bool kept);

}  // namespace restanza::webhook
