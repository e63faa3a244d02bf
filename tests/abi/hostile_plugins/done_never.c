/* SPDX-License-Identifier: MIT */
/* Never says that its drain is done. */
#define ID "done_never"
#define OWN_DRAIN
#include "plugin.h"

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms, (void)done, (void)ctx;
  called("drain");
}
