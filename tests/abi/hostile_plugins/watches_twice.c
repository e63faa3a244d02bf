/* SPDX-License-Identifier: MIT */
/* Watches each exchange twice. */
#define ID "watches_twice"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  watch(exchange);
  watch(exchange);
  answer(exchange, 200);
}
