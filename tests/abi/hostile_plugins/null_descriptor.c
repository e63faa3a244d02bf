/* SPDX-License-Identifier: MIT */
/* Its entry gives no descriptor. */
#include "xp.h"

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return NULL;
}
