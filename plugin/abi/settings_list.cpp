// SPDX-License-Identifier: MIT
#include "abi/settings_list.h"

#include "abi/status.h"
#include "app_settings.h"
#include "settings/json_form.h"
#include "xp_views.h"

namespace restanza::abi {
namespace {

using views::view;
using views::view_or_absent;

static_assert(static_cast<int>(settings::kBoolean) == XP_BOOLEAN &&
                  static_cast<int>(settings::kNumber) == XP_NUMBER &&
                  static_cast<int>(settings::kString) == XP_STRING &&
                  static_cast<int>(settings::kArray) == XP_ARRAY &&
                  static_cast<int>(settings::kObject) == XP_OBJECT,
              "the plugin's types of JSON are the border's");

void tell_row(const settings::Section& section, const settings::Row& row,
              void (*tell)(void* ctx, const xp_setting*), void* ctx) {
  const std::string values = row.type + (row.bounds.empty() ? "" : ", " + row.bounds);
  const std::string written = settings::default_json(row);
  xp_setting setting{};
  setting.size = sizeof setting;
  if (row.default_value == "required") setting.flags |= XP_REQUIRED;
  if (!row.live) setting.flags |= XP_RESTART;
  setting.types = settings::json_types(row);
  setting.table = view_or_absent(section.table);
  setting.key = view(row.key);
  setting.values = view(values);
  setting.default_json = view_or_absent(written);
  setting.default_text = view(row.default_value);
  setting.sentence = view(row.sentence);
  tell(ctx, &setting);
}

xp_status list_settings(void (*row)(void* ctx, const xp_setting*), void* ctx) {
  return at_border(nullptr, XP_INTERNAL, [&]() -> Result<void> {
    for (const auto& section : settings_reference()) {
      for (const auto& each : section.rows) tell_row(section, each, row, ctx);
    }
    return {};
  });
}

constexpr xp_settings kSettingsExtension = {sizeof(xp_settings), 0, list_settings};

}  // namespace

const xp_settings* settings_extension() {
  return &kSettingsExtension;
}

}  // namespace restanza::abi
