/* SPDX-License-Identifier: MIT */
/* Registers a route and a hook when it is told to end. */
#define ID "registers_in_drain"
#define OWN_DRAIN
#include "plugin.h"

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  xp_reg* reg = NULL;
  (void)plugin, (void)deadline_ms;
  called("drain");
  report_number("register_route", add_route(STR("/late"), &reg));
  report_number("on_stanza", add_hook(XP_MESSAGE, &reg));
  done(ctx);
}
