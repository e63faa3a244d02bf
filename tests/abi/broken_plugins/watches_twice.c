/* SPDX-License-Identifier: MIT */
/* Watches an exchange twice. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_host* host = ((xp_plugin*)ctx)->host;
  const xp_watch watch = {ctx, NULL, NULL, watch_release};
  (void)request;
  host->http_watch(host, exchange, &watch);
  host->http_watch(host, exchange, &watch);
  answer(ctx, exchange, 200);
}
