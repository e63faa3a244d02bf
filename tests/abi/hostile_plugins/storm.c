/* SPDX-License-Identifier: MIT */
/* Its hook sends without end until nothing more is taken. */
#define ID "storm"
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  if (stanza->flags & XP_INJECTED) return XP_CONSUME;
  for (size_t i = 0; i < 100000; ++i) {
    if (say("<message from='hostile.localhost' to='alice@localhost'/>") != XP_OK) break;
  }
  return XP_PASS;
}
