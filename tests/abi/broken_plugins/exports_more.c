/* SPDX-License-Identifier: MIT */
/* Exports a symbol beside its entry. */
#include "plugin.h"

XP_EXPORT int xp_broken_extra(void);
int xp_broken_extra(void) {
  return 1;
}
