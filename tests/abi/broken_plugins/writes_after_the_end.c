/* SPDX-License-Identifier: MIT */
/* Writes to a stream that has ended. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_host* host = ((xp_plugin*)ctx)->host;
  (void)request;
  host->http_begin(host, exchange, 200, NULL, 0);
  host->http_end(host, exchange);
  host->http_write(host, exchange, STR("more"));
}
