/* SPDX-License-Identifier: MIT */
/* Takes a view to be terminated. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return strlen(stanza->xml.ptr) == 1 ? XP_CONSUME : XP_PASS;
}
