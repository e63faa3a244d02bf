// SPDX-License-Identifier: MIT
#include "tasks.h"

#include <algorithm>
#include <iterator>

#include "app_settings.h"
#include "base/credential.h"
#include "base/str.h"
#include "journal/stores/copy.h"
#include "journal/stores/stores.h"

namespace restanza {
namespace {

using Line = std::function<void(std::string_view)>;

struct Given {
  journal::StorePlace place;  // as the settings have it
  const std::vector<std::string>& words;
  const Clock& clock;
  const Line& line;
};

Result<void> deliveries(const Given& given) {
  if (!given.place.durable()) return {};
  const auto table = journal::kind_of(given.place).report(given.place, given.clock);
  if (!table) return table.error();
  auto lines = split(*table, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (const auto each : lines) given.line(each);
  return {};
}

Result<void> migrate(const Given& given) {
  const auto done = journal::kind_of(given.place).migrate(given.place);
  if (!done) return done.error();
  given.line(*done);
  return {};
}

// Of a journal that is named on the command line, for the same plugin.
Result<journal::StorePlace> place_of(const Given& given, const std::string& word) {
  journal::StorePlace place = given.place;
  if (word == "configured") return place;
  std::string text = word;
  if (text.rfind('@', 0) == 0) {
    auto content = read_secret(text.substr(1));
    if (!content) return content.error();
    text = std::move(*content);
  }
  auto database = journal::read_database(text);
  if (!database) {
    return Error{
        "a journal is named as 'configured', 'sqlite', '@FILE' with a file that holds a connection "
        "string, or as one: it " +
        database.error().text};
  }
  place.database = std::move(*database);
  return place;
}

Result<void> journal_copy(const Given& given) {
  const auto from = place_of(given, given.words[0]);
  if (!from) return from.error();
  const auto to = place_of(given, given.words[1]);
  if (!to) return to.error();
  return journal::copy(*from, *to, given.clock, given.line);
}

struct Row {
  const char* name;
  const char* words;  // for people
  size_t count;
  Result<void> (*run)(const Given&);
};

constexpr Row kRows[] = {
    {"deliveries", "no words", 0, deliveries},
    {"migrate", "no words", 0, migrate},
    {"journal-copy", "two words, FROM and TO", 2, journal_copy},
};

const Row* row_of(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kRows), std::end(kRows), [name](const Row& row) { return name == row.name; });
  return found == std::end(kRows) ? nullptr : found;
}

}  // namespace

bool is_task(std::string_view name) {
  return row_of(name) != nullptr;
}

Result<void> run_task(const Task& task, const Clock& clock, const Line& line) {
  const Row* const row = row_of(task.name);
  if (!row) return Error{"there is no task '" + task.name + "'"};
  if (task.words.size() != row->count)
    return Error{"'" + task.name + "' takes " + row->words + ", not " + std::to_string(task.words.size())};
  AppSettings given;
  given.resources.credentials.domain = task.domain;
  given.journal.directory = task.state_dir;
  given.journal.domain = task.domain;
  const auto settings = read_settings(task.settings_json.empty() ? "{}" : task.settings_json, given);
  if (!settings) return settings.error();
  return row->run({settings->journal.place(), task.words, clock, line});
}

}  // namespace restanza
