// SPDX-License-Identifier: MIT
#include "rest/sending/checking.h"

namespace restanza::rest {
namespace {

// An iq that somebody has read among the updates.
bool answers(const Posted& posted, const feed::Consumers& consumers) {
  xmpp::Stanza stanza;
  stanza.kind = posted.kind;
  stanza.type = posted.attributes.type.value_or("");
  stanza.from = posted.attributes.from.value_or("");
  stanza.to = posted.attributes.to.value_or("");
  stanza.id = posted.attributes.id.value_or("");
  return stanza.is_answer() && consumers.waits_for(stanza);
}

}  // namespace

Result<SentAs, Refusal> check_stanza(const Posted& posted, const Caller& caller,
                                     const feed::Consumers& consumers) {
  const bool iq = posted.kind == xmpp::Kind::iq && !answers(posted, consumers);
  auto checked = iq ? check_iq(posted.attributes.type, posted.children()) : Result<void, Refusal>();
  if (checked) checked = check_rights(posted.kind, posted.attributes, caller);
  if (!checked) return checked.error();
  return iq ? SentAs::request : SentAs::stanza;
}

}  // namespace restanza::rest
