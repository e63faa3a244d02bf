/* SPDX-License-Identifier: MIT */
/* Says that its drain is done before it ends what waits. */
#define OWN_DRAIN
#include "plugin.h"

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  done(ctx);
}
