/* SPDX-License-Identifier: MIT */
/* Lets an iq wait in the hook. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return stanza->kind == XP_IQ ? XP_BUSY : XP_PASS;
}
