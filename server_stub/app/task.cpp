// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/task.h"

#include "hosting/library.h"
#include "hosting/services/report.h"
#include "hosting/services/tasks.h"

namespace restanza::host {
namespace {

std::string for_a_terminal(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

}  // namespace

Result<void> do_task(const PluginConfig& plugin, const TaskWords& task,
                     const std::function<void(const std::string&)>& line) {
  const auto library = Library::open(plugin.load, plugin_directories());
  if (!library) return library.error();
  const xp_plugin_desc& descriptor = (*library)->descriptor();
  size_t count = 0;
  const OnLine tell = [&](std::string text) {
    line(for_a_terminal(std::move(text)));
    ++count;
  };
  auto done = run_task(descriptor,
                       {task.name, task.words, plugin.domain, plugin.state_dir, plugin.settings_json}, tell);
  const bool reports = task.name == "deliveries";
  if (done && !*done && reports) done = run_report(descriptor, plugin.state_dir, tell);
  const std::string named = "the plugin '" + (*library)->path() + "' ";
  if (!done) return Error{named + "could not do '" + task.name + "': " + done.error().text};
  if (!*done && !reports) return Error{named + "cannot do '" + task.name + "': take a later one"};
  if (count == 0) line("nothing to show");
  return {};
}

}  // namespace restanza::host
