/* SPDX-License-Identifier: MIT */
/* Takes questions and answers none. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return stanza->kind == XP_IQ ? XP_CONSUME : XP_PASS;
}
