/* SPDX-License-Identifier: MIT */
/* Leaves a thread behind. */
#include <unistd.h>
#define OWN_START
#include "plugin.h"

static void* sleep_for_ever(void* unused) {
  for (;;) pause();
  return unused;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_t thread;
  (void)plugin;
  if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0) return fail(error, XP_INTERNAL, "no thread");
  return XP_OK;
}
