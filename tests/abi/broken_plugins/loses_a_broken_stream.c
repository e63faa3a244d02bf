/* SPDX-License-Identifier: MIT */
/* Does not end a stream whose client has left. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_host* host = ((xp_plugin*)ctx)->host;
  (void)request;
  if (host->http_begin(host, exchange, 200, NULL, 0) != XP_OK) return;
  if (host->http_write(host, exchange, STR("a stream")) == XP_OK) host->http_end(host, exchange);
}
