/* SPDX-License-Identifier: MIT */
/* Unregisters its route and its hook inside their own callbacks, which is allowed, and twice, which is not.
 */
#define ID "unregisters_inside"
#define OWN_ON_REQUEST
#define OWN_ON_STANZA
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  instance.host->unregister(instance.host, instance.route);
  instance.host->unregister(instance.host, instance.route);
  instance.route = NULL;
  answer(exchange, 200);
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx, (void)stanza;
  called("stanza");
  instance.host->unregister(instance.host, instance.hook);
  instance.hook = NULL;
  instance.host->log(instance.host, XP_INFO, STR("the hook is unregistered"));
  return XP_PASS;
}
