/* SPDX-License-Identifier: MIT */
/* Its hook says that it may be asked again before it says that it is busy, the first time. */
#define ID "resumes_first"
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  static int asked;
  (void)ctx;
  called("stanza");
  report_text("id", stanza->id);
  if (asked++ > 0) return XP_CONSUME;
  instance.host->resume(instance.host, instance.hook);
  return XP_BUSY;
}
