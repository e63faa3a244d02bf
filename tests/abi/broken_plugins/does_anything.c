/* SPDX-License-Identifier: MIT */
/* Has a task of every name. */
#define OWN_ENTRY
#include "plugin.h"

static xp_status run(const xp_task* task, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  (void)error;
  line(ctx, task->words[0]);
  return XP_OK;
}

static const xp_tasks kTasks = {sizeof(xp_tasks), 0, run};

static const void* get_extension(xp_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, XP_EXT_TASKS) == 0 ? &kTasks : NULL;
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "broken", "1.0.0", "MIT", create, start, reload, drain, destroy,
    get_extension};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
