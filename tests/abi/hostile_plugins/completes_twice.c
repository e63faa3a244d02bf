/* SPDX-License-Identifier: MIT */
/* Completes an exchange twice. */
#define ID "completes_twice"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  answer(exchange, 200);
  answer(exchange, 404);
}
