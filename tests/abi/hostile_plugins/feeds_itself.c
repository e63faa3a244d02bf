/* SPDX-License-Identifier: MIT */
/* Its hook answers every stanza with one to itself. */
#define ID "feeds_itself"
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx, (void)stanza;
  called("stanza");
  say("<message from='hostile.localhost' to='hostile.localhost'/>");
  return XP_CONSUME;
}
