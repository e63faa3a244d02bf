// SPDX-License-Identifier: MIT
// Asks a plugin's library for the list of its settings. What the plugin tells is copied; the library is not
// kept.
#include "hosting/border_views.h"
#include "hosting/library.h"
#include "kit/xp_host.hpp"

namespace xp::host {
namespace {

constexpr size_t kMaxSettings = 10000;

struct Told {
  std::vector<Setting>& settings;
  bool whole = true;

  // Called by the plugin: nothing may be thrown.
  static void on_row(void* ctx, const xp_setting* row) noexcept {
    auto& told = *static_cast<Told*>(ctx);
    try {
      told.add(*row);
    } catch (...) {
      told.whole = false;
    }
  }
  void add(const xp_setting& row) {
    using restanza::host::border::copy;
    if (!XP_HAS(xp_setting, &row, sentence) || settings.size() == kMaxSettings) {
      whole = false;
      return;
    }
    settings.push_back({copy(row.table), copy(row.key), copy(row.values), copy(row.default_json),
                        copy(row.default_text), copy(row.sentence), row.types, row.flags});
  }
};

const xp_settings* service_of(const xp_plugin_desc& descriptor) {
  if (!descriptor.get_extension) return nullptr;
  const auto* found = static_cast<const xp_settings*>(descriptor.get_extension(nullptr, XP_EXT_SETTINGS));
  return found && XP_HAS(xp_settings, found, list) && found->list ? found : nullptr;
}

}  // namespace

bool settings_of(const std::string& name, std::vector<Setting>& settings, std::string& error) {
  settings.clear();
  const auto library = restanza::host::Library::open(name, restanza::host::plugin_directories());
  if (!library) {
    error = library.error().text;
    return false;
  }
  const xp_settings* const service = service_of((*library)->descriptor());
  if (!service) return true;
  Told told{settings};
  if (service->list(Told::on_row, &told) == XP_OK && told.whole) return true;
  settings.clear();
  error = "the plugin '" + (*library)->path() + "' cannot list its settings";
  return false;
}

}  // namespace xp::host
