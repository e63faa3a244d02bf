/* SPDX-License-Identifier: MIT */
/* Copies an id to where it may not fit. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  char* id = malloc(64);
  (void)ctx;
  if (!id) abort();
  if (stanza->id.ptr) memcpy(id, stanza->id.ptr, stanza->id.len);
  const int32_t said = id[0] == '!' ? XP_CONSUME : XP_PASS;
  free(id);
  return said;
}
