/* SPDX-License-Identifier: MIT */
/* Keeps stanzas, each as its id says: 'later' until the stanza 'then' comes, and settles it twice; 'passed'
 * and 'refused' with their verdict before its hook returns; 'never' for ever. */
#define ID "keeps_stanzas"
#define OWN_LOOK_AT_HOST
#define OWN_ON_STANZA
#include <stdatomic.h>

#include "plugin.h"

static atomic_uint_fast64_t later; /* the number of the one that waits */

static void look_at_host(const xp_host* host) {
  report_offer("settle_stanza", XP_HAS(xp_host, host, settle_stanza) && host->settle_stanza);
}

static void settle(uint64_t number, int32_t verdict) {
  report_number("settle_stanza", instance.host->settle_stanza(instance.host, number, verdict));
}

static int is(xp_str id, const char* word) {
  return id.len == strlen(word) && memcmp(id.ptr, word, id.len) == 0;
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const uint64_t number = XP_HAS(xp_stanza, stanza, keep) ? stanza->keep : 0;
  (void)ctx;
  called("stanza");
  report_number("number", number != 0);
  report_text("id", stanza->id);
  if (is(stanza->id, "then")) {
    settle(later, XP_CONSUME);
    settle(later, XP_CONSUME);
    settle(later + 1000000, XP_CONSUME);
    return XP_CONSUME;
  }
  if (number == 0) return XP_CONSUME;
  if (is(stanza->id, "later")) later = number;
  if (is(stanza->id, "passed")) settle(number, XP_PASS);
  if (is(stanza->id, "refused")) settle(number, 99);
  return XP_KEEPING;
}
