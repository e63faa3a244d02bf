/* SPDX-License-Identifier: MIT */
/* A plugin that has a report without an instance: it names the directory that it was asked about, and tells a
 * line that a terminal should not get. Asked about "/broken" it fails, and about none it has nothing to tell.
 * Threads: none of its own. No instance is ever made. */
#include <stddef.h>
#include <string.h>

#include "xp.h"

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

static xp_status report(xp_str state_dir, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  static const char kRed[] = "a \033[31mred\033[0m\nline";
  const xp_str red = {kRed, sizeof kRed - 1};
  if (!state_dir.ptr) return XP_OK;
  if (state_dir.len == strlen("/broken") && memcmp(state_dir.ptr, "/broken", state_dir.len) == 0) {
    memcpy(error->text, "as told", sizeof "as told");
    return XP_INTERNAL;
  }
  line(ctx, state_dir);
  line(ctx, red);
  return XP_OK;
}

static const xp_report kReport = {sizeof(xp_report), 0, report};

static const void* get_extension(xp_plugin* self, const char* id) {
  return !self && strcmp(id, XP_EXT_REPORT) == 0 ? &kReport : NULL;
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "report", "1", "MIT", create, start, NULL, drain, destroy,
    get_extension};

XP_EXPORT const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
