// SPDX-License-Identifier: MIT
#include "hosting/services/tasks.h"

namespace restanza::host {

Result<bool> run_task(const xp_plugin_desc& plugin, const Task& task, const OnLine& line) {
  const auto* const tasks = extension_of<xp_tasks>(plugin, XP_EXT_TASKS);
  if (!tasks || !XP_HAS(xp_tasks, tasks, run) || !tasks->run) return false;
  std::vector<xp_str> words;
  for (const std::string& word : task.words) words.push_back(views::view(word));
  xp_task asked{};
  asked.size = sizeof asked;
  asked.name = views::view(task.name);
  asked.domain = views::view(task.domain);
  asked.state_dir = views::view_or_absent(task.state_dir);
  asked.settings_json = views::view(task.settings_json);
  asked.words = words.empty() ? nullptr : words.data();
  asked.word_count = words.size();
  ToldLines lines(line);
  xp_error error{};
  const xp_status status = tasks->run(&asked, ToldLines::on_line, &lines, &error);
  return lines.outcome(status, error);
}

}  // namespace restanza::host
