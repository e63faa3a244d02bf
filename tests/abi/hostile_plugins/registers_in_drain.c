/* SPDX-License-Identifier: MIT */
/* Registers a route and a hook when it is told to end. */
#define ID "registers_in_drain"
#define OWN_DRAIN
#include "plugin.h"

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  const xp_host* host = plugin->host;
  xp_reg* reg = NULL;
  (void)deadline_ms;
  host->register_route(host, STR("/late"), 4096, on_request, plugin, release, &reg);
  host->on_stanza(host, XP_MESSAGE, 0, on_stanza, plugin, release, &reg);
  done(ctx);
}
