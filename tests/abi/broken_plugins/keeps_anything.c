/* SPDX-License-Identifier: MIT */
/* Keeps messages, also where the host does not wait for them. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const xp_host* host = ((xp_plugin*)ctx)->host;
  if (stanza->kind != XP_MESSAGE) return XP_PASS;
  if (stanza->keep != 0 && host->settle_stanza) host->settle_stanza(host, stanza->keep, XP_CONSUME);
  return XP_KEEPING;
}
