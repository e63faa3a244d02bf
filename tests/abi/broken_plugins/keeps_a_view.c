/* SPDX-License-Identifier: MIT */
/* Looks at a request when it is over. */
#define OWN_ON_REQUEST
#include "plugin.h"

static xp_str last_method;

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const int again = last_method.ptr && same(last_method, "GET");
  last_method = request->method;
  answer(ctx, exchange, again ? 200 : 404);
}
