/* SPDX-License-Identifier: MIT */
/* Never completes an exchange. */
#define ID "never_completes"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  watch(exchange);
  instance.host->log(instance.host, XP_INFO, STR("an exchange is parked"));
}
