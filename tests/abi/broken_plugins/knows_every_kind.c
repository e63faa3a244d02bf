/* SPDX-License-Identifier: MIT */
/* Does not live with a kind that it does not know. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  if (stanza->kind != XP_MESSAGE && stanza->kind != XP_PRESENCE && stanza->kind != XP_IQ) abort();
  return XP_PASS;
}
