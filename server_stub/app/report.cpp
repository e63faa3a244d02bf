// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report.h"

#include <cstring>

#include "hosting/border_views.h"
#include "hosting/library.h"

namespace restanza::host {
namespace {

struct Lines {
  const std::function<void(const std::string&)>& tell;
  size_t count = 0;

  static void on_line(void* ctx, xp_str line) {
    auto& lines = *static_cast<Lines*>(ctx);
    std::string text = border::copy(line);
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    lines.tell(text);
    ++lines.count;
  }
};

const xp_report* report_of(const xp_plugin_desc& descriptor) {
  if (!descriptor.get_extension) return nullptr;
  const auto* found = static_cast<const xp_report*>(descriptor.get_extension(nullptr, XP_EXT_REPORT));
  return found && XP_HAS(xp_report, found, report) && found->report ? found : nullptr;
}

}  // namespace

Result<void> report(const PluginConfig& plugin, const std::function<void(const std::string&)>& line) {
  const auto library = Library::open(plugin.load, plugin_directories());
  if (!library) return library.error();
  Lines lines{line};
  if (const auto* extension = report_of((*library)->descriptor())) {
    const xp_str directory = plugin.state_dir.empty() ? xp_str{} : border::view(plugin.state_dir);
    xp_error error{};
    const xp_status status = extension->report(directory, Lines::on_line, &lines, &error);
    if (status != XP_OK) {
      const std::string why(error.text, strnlen(error.text, sizeof error.text));
      return Error{"the plugin '" + (*library)->path() + "' cannot tell what it keeps: " +
                   (why.empty() ? "status " + std::to_string(status) : why)};
    }
  }
  if (lines.count == 0) line("nothing to show");
  return {};
}

}  // namespace restanza::host
