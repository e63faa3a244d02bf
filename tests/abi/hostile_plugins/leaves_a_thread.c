/* SPDX-License-Identifier: MIT */
/* Its three threads run on after destroy, in code that the host would unmap. */
#define ID "leaves_a_thread"
#define OWN_START
#include <pthread.h>
#include <time.h>

#include "plugin.h"

static void* tick(void* unused) {
  const struct timespec pause = {0, 20 * 1000 * 1000};
  for (;;) nanosleep(&pause, NULL);
  return unused;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_t thread;
  (void)plugin, (void)error;
  called("start");
  for (int i = 0; i < 3; ++i) {
    if (pthread_create(&thread, NULL, tick, NULL) != 0) return XP_INTERNAL;
  }
  return XP_OK;
}
