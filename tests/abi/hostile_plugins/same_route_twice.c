/* SPDX-License-Identifier: MIT */
/* Registers a route twice. */
#define ID "same_route_twice"
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  xp_reg* reg = NULL;
  (void)plugin, (void)error;
  called("start");
  report_number("register_route", add_route(STR(""), &reg));
  return XP_OK;
}
