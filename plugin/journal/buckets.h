// SPDX-License-Identifier: MIT
// How a queue is dealt out among processes that share its store: a conversation belongs to one of kBuckets
// buckets, and a bucket to one process at a time, which alone delivers what is in it and numbers it. What
// waits for a consumer is in one order as a whole, so it is in one bucket. Plain values and pure functions,
// any thread.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "xmpp/stanza.h"

namespace restanza::journal {

inline constexpr size_t kBuckets = 256;
using Bucket = uint8_t;
using Buckets = std::bitset<kBuckets>;

// What the endpoint's name of a consumer begins with.
inline constexpr std::string_view kConsumerPlace = "updates/";

// Part of what is stored (FNV-1a, the lowest byte): never changes.
Bucket bucket_of(std::string_view endpoint, const xmpp::Stanza& stanza);
Bucket bucket_of_consumer(std::string_view place);
// Of bare addresses.
Bucket bucket_of_conversation(std::string_view from, std::string_view to);

}  // namespace restanza::journal
