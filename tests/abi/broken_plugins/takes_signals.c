/* SPDX-License-Identifier: MIT */
/* Has a thread that any signal of the process may go to. */
#define OWN_START
#define OWN_DESTROY
#include "plugin.h"

static pthread_mutex_t running = PTHREAD_MUTEX_INITIALIZER;

static void* wait_for_end(void* ctx) {
  pthread_mutex_lock(&running);
  pthread_mutex_unlock(&running);
  return ctx;
}

static pthread_t thread;

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_mutex_lock(&running);
  return pthread_create(&thread, NULL, wait_for_end, plugin) == 0 ? XP_OK
                                                                  : fail(error, XP_INTERNAL, "no thread");
}

static void destroy(xp_plugin* plugin) {
  pthread_mutex_unlock(&running);
  pthread_join(thread, NULL);
  release(plugin);
}
