/* SPDX-License-Identifier: MIT */
/* Says nothing of its licence. */
#define OWN_LICENSE NULL
#include "plugin.h"
