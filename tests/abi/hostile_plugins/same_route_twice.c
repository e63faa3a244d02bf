/* SPDX-License-Identifier: MIT */
/* Registers a route twice. */
#define ID "same_route_twice"
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_host* host = plugin->host;
  xp_reg* reg = NULL;
  (void)error;
  host->register_route(host, STR(""), 4096, on_request, plugin, release, &reg);
  return XP_OK;
}
