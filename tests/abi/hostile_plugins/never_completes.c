/* SPDX-License-Identifier: MIT */
/* Never completes an exchange. */
#define ID "never_completes"
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_watch watch = {ctx, NULL, NULL, release};
  (void)request;
  instance.host->http_watch(instance.host, exchange, &watch);
  instance.host->log(instance.host, XP_INFO, STR("an exchange is parked"));
}
