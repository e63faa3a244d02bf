/* SPDX-License-Identifier: MIT */
/* Lists a setting that it refuses. */
#define OWN_ENTRY
#include "plugin.h"

static xp_status list(void (*row)(void* ctx, const xp_setting*), void* ctx) {
  xp_setting setting;
  memset(&setting, 0, sizeof setting);
  setting.size = sizeof setting;
  setting.types = XP_BOOLEAN;
  setting.key = STR("loud");
  setting.values = STR("true or false");
  setting.default_json = STR("false");
  setting.default_text = STR("false");
  setting.sentence = STR("it is heard");
  row(ctx, &setting);
  return XP_OK;
}

static const xp_settings kSettings = {sizeof(xp_settings), 0, list};

static const void* get_extension(xp_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, XP_EXT_SETTINGS) == 0 ? &kSettings : NULL;
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "broken", "1.0.0", "MIT", create, start, reload, drain, destroy,
    get_extension};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
