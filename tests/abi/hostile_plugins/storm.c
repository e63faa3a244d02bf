/* SPDX-License-Identifier: MIT */
/* Its hook sends without end until nothing more is taken. */
#define ID "storm"
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  long taken = 0;
  (void)ctx;
  if (stanza->flags & XP_INJECTED) return XP_CONSUME;
  while (taken < 100000 &&
         say("<message id='storm' from='hostile.localhost' to='alice@localhost'/>") == XP_OK) {
    ++taken;
  }
  report_number("taken", taken);
  return XP_PASS;
}
