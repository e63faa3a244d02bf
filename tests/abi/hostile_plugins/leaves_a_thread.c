/* SPDX-License-Identifier: MIT */
/* Its thread runs on after destroy, in code that the host would unmap. */
#define ID "leaves_a_thread"
#define OWN_START
#include <pthread.h>
#include <time.h>

#include "plugin.h"

static void* tick(void* unused) {
  const struct timespec pause = {0, 10 * 1000 * 1000};
  for (;;) nanosleep(&pause, NULL);
  return unused;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_t thread;
  (void)plugin, (void)error;
  return pthread_create(&thread, NULL, tick, NULL) == 0 ? XP_OK : XP_INTERNAL;
}
