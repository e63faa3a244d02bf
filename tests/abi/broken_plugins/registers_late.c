/* SPDX-License-Identifier: MIT */
/* Registers a route when a request comes. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  xp_reg* reg;
  (void)request;
  plugin->host->register_route(plugin->host, STR("/late"), 0, on_request, plugin, watch_release, &reg);
  answer(plugin, exchange, 200);
}
