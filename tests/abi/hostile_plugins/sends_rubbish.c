/* SPDX-License-Identifier: MIT */
/* Sends what is no stanza, on each request. */
#define ID "sends_rubbish"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  static const char* const kSent[] = {
      "no stanza",
      "<message from='hostile.localhost' to='alice@localhost'>",
      "<message from='hostile.localhost' to='alice@localhost'>\xff</message>",
  };
  (void)ctx, (void)request;
  called("request");
  for (size_t i = 0; i < sizeof kSent / sizeof *kSent; ++i) {
    if (say_and_report(kSent[i]) != XP_INVALID)
      instance.host->log(instance.host, XP_ERROR, STR("it was taken"));
  }
  answer(exchange, 200);
}
