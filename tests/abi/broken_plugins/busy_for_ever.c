/* SPDX-License-Identifier: MIT */
/* Is busy, and never resumes. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return stanza->kind == XP_MESSAGE ? XP_BUSY : XP_PASS;
}
