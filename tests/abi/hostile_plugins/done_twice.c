/* SPDX-License-Identifier: MIT */
/* Says twice that its drain is done. */
#define ID "done_twice"
#define OWN_DRAIN
#include "plugin.h"

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  called("drain");
  done(ctx);
  done(ctx);
}
