/* SPDX-License-Identifier: MIT */
/* Goes on with a stream that it has ended. */
#define ID "writes_after_the_end"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_host* host = instance.host;
  (void)ctx, (void)request;
  called("request");
  host->http_begin(host, exchange, 200, NULL, 0);
  host->http_write(host, exchange, STR("It is so\n"));
  host->http_end(host, exchange);
  report_number("http_write", host->http_write(host, exchange, STR("It is not so\n")));
  host->http_end(host, exchange);
}
