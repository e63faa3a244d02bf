// SPDX-License-Identifier: MIT
// Has a plugin's library do what an operator asks for. The library is not kept.
#include "hosting/library.h"
#include "hosting/services/tasks.h"
#include "kit/xp_host.hpp"

namespace xp::host {

bool run_task(const PluginSettings& plugin, const std::string& name, const std::vector<std::string>& words,
              const std::function<void(std::string line)>& line, std::string& error) {
  const auto library = restanza::host::Library::open(plugin.library, restanza::host::plugin_directories());
  if (!library) {
    error = library.error().text;
    return false;
  }
  const auto done = restanza::host::run_task(
      (*library)->descriptor(), {name, words, plugin.domain, plugin.state_dir, plugin.settings_json}, line);
  if (done && *done) return true;
  error = "the plugin '" + (*library)->path() + "' " +
          (done ? "knows no task '" + name + "'" : "could not do '" + name + "': " + done.error().text);
  return false;
}

}  // namespace xp::host
