/* SPDX-License-Identifier: MIT */
/* Has a thread that any signal of the process may go to. */
#define OWN_START
#define OWN_DESTROY
#include <semaphore.h>

#include "plugin.h"

static pthread_mutex_t running = PTHREAD_MUTEX_INITIALIZER;
static sem_t begun; /* the thread runs; before that all signals are blocked for it */

static void* wait_for_end(void* ctx) {
  sem_post(&begun);
  pthread_mutex_lock(&running);
  pthread_mutex_unlock(&running);
  return ctx;
}

static pthread_t thread;

static xp_status start(xp_plugin* plugin, xp_error* error) {
  pthread_mutex_lock(&running);
  sem_init(&begun, 0, 0);
  if (pthread_create(&thread, NULL, wait_for_end, plugin) != 0) return fail(error, XP_INTERNAL, "no thread");
  sem_wait(&begun);
  return XP_OK;
}

static void destroy(xp_plugin* plugin) {
  pthread_mutex_unlock(&running);
  pthread_join(thread, NULL);
  release(plugin);
}
