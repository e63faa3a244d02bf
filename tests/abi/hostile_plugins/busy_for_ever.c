/* SPDX-License-Identifier: MIT */
/* Its hook is busy for the stanza with the id 'busy', however often it is asked; it takes all others. */
#define ID "busy_for_ever"
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  called("stanza");
  report_text("id", stanza->id);
  return stanza->id.len == 4 && memcmp(stanza->id.ptr, "busy", 4) == 0 ? XP_BUSY : XP_CONSUME;
}
