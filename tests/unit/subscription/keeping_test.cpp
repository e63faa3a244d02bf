// SPDX-License-Identifier: MIT
#include "subscription/keeping.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::subscription;

namespace {

bool kept(const std::string& xml) {
  const xmpp::Stanza stanza = *xmpp::parse_stanza(xml);
  return worth_keeping(stanza);
}

}  // namespace

TEST_CASE("messages are worth delivering late, but for chat states alone") {
  const std::string active = "<active xmlns='http://jabber.org/protocol/chatstates'/>";
  CHECK(kept("<message><body>x</body></message>"));
  CHECK(kept("<message/>"));
  CHECK(kept("<message><body>x</body>" + active + "</message>"));
  CHECK_FALSE(kept("<message>" + active + "</message>"));
  CHECK_FALSE(kept("<message>" + active + "<thread>t</thread><no-store xmlns='urn:xmpp:hints'/></message>"));
  CHECK(kept("<message>" + active + "<thread xmlns='urn:other'>t</thread></message>"));
  CHECK(kept("<message><body>http://jabber.org/protocol/chatstates</body></message>"));
}

TEST_CASE("of presence only requests to subscribe are, and no iq is") {
  CHECK(kept("<presence type='subscribe'/>"));
  for (const char* xml : {"<presence/>", "<presence type='unavailable'/>", "<presence type='subscribed'/>",
                          "<iq type='get' id='1'/>", "<iq type='result' id='1'/>"}) {
    CAPTURE(xml);
    CHECK_FALSE(kept(xml));
  }
}
