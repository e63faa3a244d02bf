/* SPDX-License-Identifier: MIT */
/* Opens a file as soon as it is looked at. */
#define OWN_ENTRY
#include "plugin.h"

static const xp_plugin_desc kDescriptor = {sizeof(xp_plugin_desc),
                                           XP_MINOR,
                                           0,
                                           0,
                                           "broken",
                                           "1.0.0",
                                           "MIT",
                                           create,
                                           start,
                                           reload,
                                           drain,
                                           destroy,
                                           NULL};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return fopen("/dev/null", "r") ? &kDescriptor : NULL;
}
