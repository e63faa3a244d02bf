// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/task.h"

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

template <class Extension>
const Extension* extension_of(const xp_plugin_desc& descriptor, const char* id) {
  if (!descriptor.get_extension) return nullptr;
  return static_cast<const Extension*>(descriptor.get_extension(nullptr, id));
}

const xp_tasks* tasks_of(const xp_plugin_desc& descriptor) {
  const auto* const found = extension_of<xp_tasks>(descriptor, XP_EXT_TASKS);
  return found && XP_HAS(xp_tasks, found, run) && found->run ? found : nullptr;
}

const xp_report* report_of(const xp_plugin_desc& descriptor) {
  const auto* const found = extension_of<xp_report>(descriptor, XP_EXT_REPORT);
  return found && XP_HAS(xp_report, found, report) && found->report ? found : nullptr;
}

xp_status run(const xp_tasks& tasks, const PluginConfig& plugin, const TaskWords& task, Lines& lines,
              xp_error& error) {
  std::vector<xp_str> words;
  for (const std::string& word : task.words) words.push_back(border::view(word));
  xp_task asked{};
  asked.size = sizeof asked;
  asked.name = border::view(task.name);
  asked.domain = border::view(plugin.domain);
  if (!plugin.state_dir.empty()) asked.state_dir = border::view(plugin.state_dir);
  asked.settings_json = border::view(plugin.settings_json);
  asked.words = words.empty() ? nullptr : words.data();
  asked.word_count = words.size();
  return tasks.run(&asked, Lines::on_line, &lines, &error);
}

}  // namespace

Result<void> do_task(const PluginConfig& plugin, const TaskWords& task,
                     const std::function<void(const std::string&)>& line) {
  const auto library = Library::open(plugin.load, plugin_directories());
  if (!library) return library.error();
  Lines lines{line};
  xp_error error{};
  xp_status status = XP_UNSUPPORTED;
  const xp_plugin_desc& descriptor = (*library)->descriptor();
  if (const auto* tasks = tasks_of(descriptor)) status = run(*tasks, plugin, task, lines, error);
  if (status == XP_UNSUPPORTED && task.name == "deliveries") {
    const xp_str directory = plugin.state_dir.empty() ? xp_str{} : border::view(plugin.state_dir);
    const auto* report = report_of(descriptor);
    status = report ? report->report(directory, Lines::on_line, &lines, &error) : xp_status{XP_OK};
  }
  if (status == XP_UNSUPPORTED)
    return Error{"the plugin '" + (*library)->path() + "' cannot do '" + task.name + "': take a later one"};
  if (status != XP_OK) {
    const std::string why(error.text, strnlen(error.text, sizeof error.text));
    return Error{"the plugin '" + (*library)->path() + "' could not do '" + task.name +
                 "': " + (why.empty() ? "status " + std::to_string(status) : why)};
  }
  if (lines.count == 0) line("nothing to show");
  return {};
}

}  // namespace restanza::host
