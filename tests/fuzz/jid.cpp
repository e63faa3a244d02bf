// SPDX-License-Identifier: MIT
// Addresses. Input: an address.
// What was prepared once stays as it is, within the limits of RFC 6122, and splits as it was put together.
#include "xmpp/jid.h"

#include "base/str.h"
#include "fuzz/property.h"
#include "xml/gate.h"
#include "xmpp/pattern.h"

using namespace restanza;
using fuzz::must;

namespace {

constexpr size_t kMaxPart = 1023;

void check_address(const xmpp::Jid& jid, std::string_view given) {
  must(!jid.domain.empty(), "an address has a domain", given);
  for (const std::string* part : {&jid.node, &jid.domain, &jid.resource}) {
    must(part->size() <= kMaxPart, "a part is within its limit", given);
    must(xml::representable(*part), "XML can hold an address", given);
  }
  must(jid.domain.find_first_of("@/") == std::string::npos, "a domain ends where it should", given);
  must(jid.node.find_first_of("@/") == std::string::npos, "a localpart ends where it should", given);
  const std::string full = jid.full();
  const auto again = xmpp::Jid::parse(full);
  must(again.ok(), "a prepared address is one", full);
  must(*again == jid, "a prepared address stays as it is", full + "\n" + again->full());
  must(xmpp::bare_of(full) == jid.bare(), "the bare address is the beginning", full);
  must(xmpp::domain_of(full) == jid.domain, "the domain is in the middle", full);
  if (full.find('*') == std::string::npos) {
    must(xmpp::covers(full, full) && xmpp::covers(jid.bare(), full), "an address covers itself", full);
    must(xmpp::covers("*", full), "a star covers every address", full);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view given = fuzz::text_of(data, size);
  const auto jid = xmpp::Jid::parse(given);
  if (jid) {
    check_address(*jid, given);
  } else {
    must(!jid.error().text.empty(), "a refusal says why");
  }
  const auto prepared = xmpp::saslprep(given);
  if (!prepared) return 0;
  must(prepared->size() <= kMaxPart && valid_utf8(*prepared), "a prepared credential is bounded text", given);
  const auto again = xmpp::saslprep(*prepared);
  must(again.ok() && *again == *prepared, "a prepared credential stays as it is", *prepared);
  return 0;
}
