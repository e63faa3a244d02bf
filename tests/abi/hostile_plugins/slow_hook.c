/* SPDX-License-Identifier: MIT */
/* Its hook waits. */
#define ID "slow_hook"
#define OWN_ON_STANZA
#include <time.h>

#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const struct timespec pause = {0, 400 * 1000 * 1000};
  (void)ctx;
  report_text("id", stanza->id);
  nanosleep(&pause, NULL);
  return XP_PASS;
}
