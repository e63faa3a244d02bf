/* SPDX-License-Identifier: MIT */
/* Ends an exchange with each answer that comes. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  xp_plugin* plugin = ctx;
  if (stanza->kind != XP_IQ || !same(stanza->type, "result")) return XP_PASS;
  for (size_t i = 0; i < kMaxParked; ++i) {
    const parked* each = &plugin->parked[i];
    if (stanza->to.len != plugin->host->domain.len) continue;
    if (each->exchange && same(stanza->id, each->id) && same(stanza->from, each->to))
      answer(plugin, each->exchange, 200);
  }
  return XP_PASS;
}
