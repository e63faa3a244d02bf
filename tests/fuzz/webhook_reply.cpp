// SPDX-License-Identifier: MIT
// What becomes of a webhook's answer. Input: three lines, the stanza that was posted (a number), the status
// and the Content-Type, then the answer's body.
// What goes back are stanzas, from whom was written to and to who wrote; an iq gets one answer, and what is
// an answer itself gets none.
#include <algorithm>
#include <array>
#include <string>

#include "base/str.h"
#include "fuzz/property.h"
#include "fuzz/stanza_checks.h"
#include "webhook/request/negotiation.h"
#include "webhook/request/reply.h"
#include "webhook/request/verdict.h"
#include "xml/gate.h"
#include "xmpp/jid.h"

using namespace restanza;
using fuzz::must;
using webhook::Outcome;

namespace {

constexpr std::array<const char*, 7> kPosted = {
    "<message from='alice@localhost/r' to='bot@rest.localhost' id='1' type='chat'><body>Hi</body>"
    "<request xmlns='urn:xmpp:receipts'/></message>",
    "<message from='room@muc.localhost/alice' to='bot@rest.localhost' id='2' type='groupchat'><body>Hi</body>"
    "</message>",
    "<iq from='alice@localhost/r' to='rest.localhost' id='3' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq from='alice@localhost/r' to='rest.localhost' id='4' type='set'><query "
    "xmlns='jabber:iq:roster'/></iq>",
    "<presence from='alice@localhost/r' to='bot@rest.localhost'/>",
    "<message from='alice@localhost/r' to='bot@rest.localhost' type='error'><body>Hi</body></message>",
    "<iq from='alice@localhost/r' to='rest.localhost' id='5' type='result'/>",
};

void check_answer(const xmpp::Stanza& posted, const Outcome& outcome, const mapping::Options& options) {
  const webhook::Answer answer = webhook::answer_to(posted, outcome, options);
  fuzz::check_names(answer.unmapped);
  must(xml::representable(answer.warning), "a warning is text", answer.warning);
  must(answer.warning.find('\n') == std::string::npos, "a warning is a line", answer.warning);
  const bool answerable = posted.type != "error" && posted.type != "result";
  must(answerable || answer.stanzas.empty(), "an answer is not answered");
  must(!posted.is_request() || answer.stanzas.size() == 1, "an iq gets one answer");
  must(answer.stanzas.size() <= 2, "a reply and a receipt are all");
  for (const xmpp::Stanza& reply : answer.stanzas) {
    const auto document = xml::parse(reply.xml);
    must(document.ok(), "a reply passes the gate", reply.xml);
    fuzz::check_stanza(document->root());
    const auto read = xmpp::to_stanza(document->root());
    must(read->type == reply.type && read->from == reply.from && read->to == reply.to && read->id == reply.id,
         "a reply is what it says", reply.xml);
    must(reply.kind == posted.kind && reply.from == posted.to, "a reply is from who was written to",
         reply.xml);
    must(reply.to == posted.from || (reply.type == "groupchat" && reply.to == xmpp::bare_of(posted.from)),
         "a reply is to who wrote", reply.xml);
    if (posted.kind != xmpp::Kind::iq) continue;
    must(reply.id == posted.id && reply.is_answer(), "an iq is answered by its id", reply.xml);
  }
}

void check_verdict(const Outcome& outcome) {
  const webhook::Verdict verdict = webhook::verdict_of(outcome);
  must((verdict == webhook::Verdict::delivered) == (outcome.status / 100 == 2), "2xx alone is a success");
  for (const uint32_t attempts : {0u, 1u, 5u, 100u, ~0u}) {
    const auto delay = subscription::retry_delay(attempts, 0.5, outcome.retry_after);
    must(delay.count() > 0 && delay <= subscription::kMaxRetryAfter * 6 / 5, "a delay is bounded");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = fuzz::text_of(data, size);
  const auto which = parse_number(fuzz::take_line(rest)).value_or(0);
  const auto posted = xmpp::parse_stanza(kPosted[which % kPosted.size()]);
  Outcome outcome;
  outcome.end = Outcome::End::answered;
  outcome.status = static_cast<int>(parse_number(fuzz::take_line(rest)).value_or(200) % 1000);
  outcome.content_type = fuzz::take_line(rest);
  outcome.body = rest;
  for (const bool truncated : {false, true}) {
    outcome.truncated = truncated;
    check_answer(*posted, outcome, {});
    check_answer(*posted, outcome, {true, true});
  }
  check_verdict(outcome);
  return 0;
}
