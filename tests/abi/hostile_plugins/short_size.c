/* SPDX-License-Identifier: MIT */
/* Its descriptor says that it ends before destroy. */
#define ID "short_size"
#define SIZE offsetof(xp_plugin_desc, destroy)
#include "plugin.h"
