/* SPDX-License-Identifier: MIT */
/* Takes a body that it never saw. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)request;
  answer(ctx, exchange, 200);
}
