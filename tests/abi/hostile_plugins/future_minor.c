/* SPDX-License-Identifier: MIT */
/* Needs a host that there is not yet. */
#define ID "future_minor"
#define MIN_HOST_MINOR (XP_MINOR + 1)
#include "plugin.h"
