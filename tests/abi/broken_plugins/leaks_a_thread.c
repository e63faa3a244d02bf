/* SPDX-License-Identifier: MIT */
/* Leaves a thread behind. */
#define OWN_START
#include "plugin.h"

static void* sleep_for_ever(void* unused) {
  static pthread_mutex_t never = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&never);
  pthread_mutex_lock(&never);
  return unused;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_t thread;
  (void)plugin;
  if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0) return fail(error, XP_INTERNAL, "no thread");
  return XP_OK;
}
