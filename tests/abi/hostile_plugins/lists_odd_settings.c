/* SPDX-License-Identifier: MIT */
/* Tells of settings as a later version might, and breaks off. */
#define ID "lists_odd_settings"
#define OWN_LOOK_AT_HOST
#define GET_EXTENSION get_extension
#include "xp.h"

static const void* get_extension(xp_plugin* plugin, const char* id);
#include "plugin.h"

static int listed; /* before there is a report */

static void look_at_host(const xp_host* host) {
  (void)host;
  report_offer("a use of xp.settings/1", listed > 0);
}

static xp_status list(void (*row)(void* ctx, const xp_setting*), void* ctx) {
  struct {
    xp_setting known;
    char more[64];
  } longer = {.known = {.size = sizeof longer, .flags = ~0U, .types = 1U << 20, .reserved = ~0U}};
  ++listed;
  longer.known.key = STR("report");
  memset(longer.more, 'x', sizeof longer.more);
  row(ctx, &longer.known);
  longer.known = (xp_setting){.size = sizeof longer.known};
  row(ctx, &longer.known); /* with no text at all */
  return XP_INTERNAL;
}

static const void* get_extension(xp_plugin* plugin, const char* id) {
  static const xp_settings kSettings = {sizeof kSettings, 0, list};
  (void)plugin;
  return strcmp(id, XP_EXT_SETTINGS) == 0 ? &kSettings : NULL;
}
