/* SPDX-License-Identifier: MIT */
/* Takes stanzas of kinds that it does not know. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return stanza->kind == XP_MESSAGE || stanza->kind == XP_IQ ? XP_PASS : XP_CONSUME;
}
