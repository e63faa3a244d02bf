// SPDX-License-Identifier: MIT
#include "journal/buckets.h"

#include "xmpp/jid.h"

namespace restanza::journal {
namespace {

constexpr uint32_t kBasis = 2166136261u, kPrime = 16777619u;

uint32_t mixed(uint32_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace

Bucket bucket_of(std::string_view endpoint, const xmpp::Stanza& stanza) {
  if (endpoint.substr(0, kConsumerPlace.size()) == kConsumerPlace) return bucket_of_consumer(endpoint);
  return bucket_of_conversation(xmpp::bare_of(stanza.from), xmpp::bare_of(stanza.to));
}

Bucket bucket_of_consumer(std::string_view place) {
  return static_cast<Bucket>(mixed(kBasis, place));
}

// A space cannot stand in an address.
Bucket bucket_of_conversation(std::string_view from, std::string_view to) {
  return static_cast<Bucket>(mixed(mixed(mixed(kBasis, from), " "), to));
}

}  // namespace restanza::journal
