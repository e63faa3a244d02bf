// SPDX-License-Identifier: MIT
// What can be seen without starting anything.
#include <cstring>

#include "cases/cases.h"
#include "check.h"
#include "traces.h"

namespace restanza::check {
namespace {

void well_formed(const Subject& subject) {
  const auto threads_before = threads();
  const auto descriptors_before = descriptors();
  const auto state_before = process_state();
  const Library library(subject.path);
  const xp_plugin_desc& d = library.descriptor();
  require(library.entry() == &d, "xp_plugin_entry_v1 gives another descriptor at the second call");
  require(d.min_host_minor <= d.minor, "min_host_minor is beyond the version that it was built for");
  for (const auto& [name, text] : {std::pair("id", d.id), {"version", d.version}, {"license", d.license}}) {
    require(text && *text, std::string("the descriptor's ") + name + " is missing or empty");
    require(strnlen(text, 256) < 256, std::string("the descriptor's ") + name + " has no end");
  }
  require(d.create && d.start && d.drain && d.destroy,
          "the descriptor lacks a function that may not be NULL");
  require(
      threads() == threads_before && descriptors() == descriptors_before && process_state() == state_before,
      "xp_plugin_entry_v1 is not pure: it left a thread or a descriptor, or changed the process");
  if (d.get_extension) {
    now_in("get_extension");
    require(d.get_extension(nullptr, "xp_check.unknown/1") == nullptr,
            "it has an extension that nobody knows");
  }
}

void symbols(const Subject& subject) {
  std::string others;
  bool entry = false;
  for (const std::string& name : exported_symbols(subject.path)) {
    if (name == "xp_plugin_entry_v1") {
      entry = true;
    } else {
      others += (others.empty() ? "" : ", ") + name;
    }
  }
  require(entry, "it does not export xp_plugin_entry_v1");
  require(others.empty(), "it exports more than xp_plugin_entry_v1: " + others.substr(0, 200));
}

struct Lines {
  size_t count = 0;
  bool whole = true;

  static void on_line(void* ctx, xp_str line) {
    auto& seen = *static_cast<Lines*>(ctx);
    ++seen.count;
    seen.whole = seen.whole && !(line.len > 0 && std::memchr(line.ptr, '\n', line.len));
  }
};

bool says_why(const xp_error& error) {
  return error.text[0] != '\0' && strnlen(error.text, sizeof error.text) < sizeof error.text;
}

void report(const Subject& subject) {
  const Library library(subject.path);
  const xp_plugin_desc& d = library.descriptor();
  const void* extension = d.get_extension ? d.get_extension(nullptr, XP_EXT_REPORT) : nullptr;
  if (!extension) return;
  const auto* service = static_cast<const xp_report*>(extension);
  require(XP_HAS(xp_report, service, report) && service->report, "its report lacks the function");
  for (const std::string& directory :
       {std::string(), subject.directory, subject.directory + "/missing", std::string("/dev/null"),
        std::string("a\0b", 3), std::string(100000, 'a')}) {
    Lent lent;
    auto& error = lent.make<xp_error>();
    Lines lines;
    now_in("a report");
    const xp_status status = service->report(lent.view(directory), Lines::on_line, &lines, &error);
    require(lines.whole, "a line of its report has more than one line");
    require(status == XP_OK || says_why(error), "its report failed without saying why");
  }
}

// None of these names a task that changes anything, whatever the plugin can do.
void tasks(const Subject& subject) {
  const Library library(subject.path);
  const xp_plugin_desc& d = library.descriptor();
  const void* extension = d.get_extension ? d.get_extension(nullptr, XP_EXT_TASKS) : nullptr;
  if (!extension) return;
  const auto* service = static_cast<const xp_tasks*>(extension);
  require(XP_HAS(xp_tasks, service, run) && service->run, "its tasks lack the function");
  for (const std::string& name :
       {std::string(), std::string("no such task"), std::string("a\0b", 3), std::string(100000, 'a')}) {
    Lent lent;
    auto& error = lent.make<xp_error>();
    auto& task = lent.make<xp_task>();
    auto& word = lent.make<xp_str>();
    word = lent.view("word");
    task.size = sizeof task;
    task.name = lent.view(name);
    task.domain = lent.view("rest.localhost");
    task.state_dir = lent.view(subject.directory);
    task.settings_json = lent.view("{}");
    task.words = &word;
    task.word_count = 1;
    Lines lines;
    now_in("a task");
    const xp_status status = service->run(&task, Lines::on_line, &lines, &error);
    require(status == XP_UNSUPPORTED, "a task that nobody has is not unsupported");
    require(says_why(error), "its task failed without saying why");
  }
}

}  // namespace

std::vector<Case> descriptor_cases() {
  return {
      {"descriptor", "the descriptor is well-formed, constant, and made without starting anything",
       well_formed},
      {"exported_symbols", "xp_plugin_entry_v1 is the only symbol that it exports", symbols},
      {"report", "its report, if it has one, copes with any directory", report},
      {"tasks", "its tasks, if it has any, say of a name that is none that there is no such task", tasks},
  };
}

}  // namespace restanza::check
