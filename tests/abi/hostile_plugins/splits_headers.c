/* SPDX-License-Identifier: MIT */
/* Puts line breaks into a header, and so a header of its own behind it. */
#define ID "splits_headers"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_pair evil = {STR("X-Evil"), STR("a\r\nSet-Cookie: stolen=1")};
  (void)ctx, (void)request;
  called("request");
  report_number("http_respond",
                instance.host->http_respond(instance.host, exchange, 200, &evil, 1, STR("It is so\n")));
}
