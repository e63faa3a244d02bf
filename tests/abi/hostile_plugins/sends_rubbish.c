/* SPDX-License-Identifier: MIT */
/* Sends what is no stanza, several of them at once, and what belongs to the stream: all on each request. */
#define ID "sends_rubbish"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  static const char* const kRubbish[] = {
      "no stanza",
      "<message from='hostile.localhost' to='alice@localhost'>",
      "<message from='hostile.localhost' to='alice@localhost'/><message from='hostile.localhost'/>",
      "<message from='hostile.localhost' to='alice@localhost'>\xff</message>",
      "<stream:error xmlns:stream='http://etherx.jabber.org/streams'/>",
      "</stream:stream>",
      "<handshake/>",
  };
  (void)ctx, (void)request;
  for (size_t i = 0; i < sizeof kRubbish / sizeof *kRubbish; ++i) {
    if (say(kRubbish[i]) != XP_INVALID) instance.host->log(instance.host, XP_ERROR, STR("rubbish was taken"));
  }
  answer(exchange, 200);
}
