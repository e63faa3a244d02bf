/* SPDX-License-Identifier: MIT */
/* Keeps messages, and never says what became of them. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  return stanza->kind == XP_MESSAGE && XP_HAS(xp_stanza, stanza, keep) && stanza->keep != 0 ? XP_KEEPING
                                                                                            : XP_PASS;
}
