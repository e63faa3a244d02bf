/* SPDX-License-Identifier: MIT */
/* Answers with a status that is none. */
#define ID "bad_status"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  answer(exchange, 99);
}
