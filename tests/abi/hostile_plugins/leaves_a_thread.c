/* SPDX-License-Identifier: MIT */
/* Its threads run on after destroy, in code that the host would unmap; each computes and sleeps by turns, for
 * the host sees only where a thread sleeps. There are three, for on a busy machine one may not come to that. */
#define ID "leaves_a_thread"
#define OWN_START
#include <pthread.h>
#include <time.h>

#include "plugin.h"

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void* tick(void* unused) {
  const struct timespec pause = {0, 20 * 1000 * 1000};
  for (;;) {
    const long begun = milliseconds();
    while (milliseconds() - begun < 10) continue;
    nanosleep(&pause, NULL);
  }
  return unused;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_t thread;
  (void)plugin, (void)error;
  for (int i = 0; i < 3; ++i) {
    if (pthread_create(&thread, NULL, tick, NULL) != 0) return XP_INTERNAL;
  }
  return XP_OK;
}
