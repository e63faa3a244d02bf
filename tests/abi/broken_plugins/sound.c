/* SPDX-License-Identifier: MIT */
/* Breaks nothing: what is in plugin.h alone. */
#include "plugin.h"
