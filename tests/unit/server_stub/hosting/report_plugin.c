/* SPDX-License-Identifier: MIT */
/* A plugin that has services without an instance. Its report names the directory that it was asked about, and
 * tells a line that a terminal should not get; asked about "/broken" it fails, and about none it has nothing
 * to tell. Its list of settings has two, and the second one is longer than this version knows. Its tasks are
 * "repeat", which tells a line for all that it was given, and "fail". Threads: none of its own. No instance
 * is ever made. */
#include <stddef.h>
#include <string.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})

/* Beside the entry, for a test of what a library exports. */
XP_EXPORT int report_plugin_extra;

static xp_status create(const xp_host* host, xp_str settings, xp_plugin** out, xp_error* error) {
  (void)host, (void)settings, (void)out, (void)error;
  return XP_UNSUPPORTED;
}
static xp_status start(xp_plugin* self, xp_error* error) {
  (void)self, (void)error;
  return XP_UNSUPPORTED;
}
static void drain(xp_plugin* self, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)self, (void)deadline_ms;
  done(ctx);
}
static void destroy(xp_plugin* self) {
  (void)self;
}

static int is(xp_str text, const char* expected) {
  return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

static xp_status report(xp_str state_dir, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  static const char kRed[] = "a \033[31mred\033[0m\nline";
  const xp_str red = {kRed, sizeof kRed - 1};
  if (!state_dir.ptr) return XP_OK;
  if (is(state_dir, "/broken")) {
    memcpy(error->text, "as told", sizeof "as told");
    return XP_INTERNAL;
  }
  line(ctx, state_dir);
  line(ctx, red);
  return XP_OK;
}

static xp_status list(void (*row)(void* ctx, const xp_setting*), void* ctx) {
  struct {
    xp_setting known;
    char later[16];
  } setting;
  memset(&setting, 0, sizeof setting);
  setting.known.size = sizeof setting.known;
  setting.known.flags = XP_RESTART;
  setting.known.types = XP_BOOLEAN;
  setting.known.key = STR("loud");
  setting.known.values = STR("true or false");
  setting.known.default_json = STR("false");
  setting.known.default_text = STR("false");
  setting.known.sentence = STR("it is heard");
  row(ctx, &setting.known);
  setting.known.size = sizeof setting;
  setting.known.table = STR("rooms");
  row(ctx, &setting.known);
  return XP_OK;
}

static xp_status run(const xp_task* task, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  if (is(task->name, "fail")) {
    memcpy(error->text, "as asked", sizeof "as asked");
    return XP_INTERNAL;
  }
  if (!is(task->name, "repeat")) return XP_UNSUPPORTED;
  line(ctx, task->domain);
  line(ctx, task->state_dir.ptr ? task->state_dir : STR("no directory"));
  line(ctx, task->settings_json);
  for (size_t i = 0; i < task->word_count; ++i) line(ctx, task->words[i]);
  return XP_OK;
}

static const xp_tasks kTasks = {sizeof(xp_tasks), 0, run};
static const xp_report kReport = {sizeof(xp_report), 0, report};
static const xp_settings kSettings = {sizeof(xp_settings), 0, list};

static const void* get_extension(xp_plugin* self, const char* id) {
  if (!self && strcmp(id, XP_EXT_SETTINGS) == 0) return &kSettings;
  if (!self && strcmp(id, XP_EXT_TASKS) == 0) return &kTasks;
  return !self && strcmp(id, XP_EXT_REPORT) == 0 ? &kReport : NULL;
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "report", "1", "MIT", create, start, NULL, drain, destroy,
    get_extension};

XP_EXPORT const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
