/* SPDX-License-Identifier: MIT */
/* Exports a symbol beside its entry. */
#define ID "exports_more"
#include "plugin.h"

XP_EXPORT int hostile_extra_symbol;
