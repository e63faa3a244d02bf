// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include <algorithm>

namespace restanza::host {
namespace {

constexpr const char* kSeeHelp = "; restanza-host --help lists what there is";

// An option with a word behind it, or with '=' and the word; with two words; the others are alone.
struct Option {
  const char* name;
  std::string CommandLine::*word;  // null: alone
  bool CommandLine::*flag;
  const char* shown;  // the words, in errors
  std::string CommandLine::*second = nullptr;
};

constexpr Option kOptions[] = {
    {"--config", &CommandLine::config, nullptr, "FILE"},
    {"--webhook", &CommandLine::webhook, nullptr, "URL"},
    {"--check", nullptr, &CommandLine::check, ""},
    {"--deliveries", nullptr, &CommandLine::deliveries, ""},
    {"--migrate", nullptr, &CommandLine::migrate, ""},
    {"--journal-copy", &CommandLine::copy_from, nullptr, "FROM TO", &CommandLine::copy_to},
    {"--settings", nullptr, &CommandLine::settings, ""},
    {"--version", nullptr, &CommandLine::version, ""},
    {"--help", nullptr, &CommandLine::help, ""},
    {"-h", nullptr, &CommandLine::help, ""},
};

// One line stays one line, whatever was typed.
std::string shown(std::string word) {
  std::replace_if(
      word.begin(), word.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return "'" + word + "'";
}

// A URL, or a connection string or a part of one, can hold a password wherever it stands.
std::string shown_word(const std::string& word) {
  const size_t option = word.rfind('-', 0) == 0 ? word.find('=') : std::string::npos;
  const size_t start = option == std::string::npos ? 0 : option + 1;
  const std::string value = word.substr(start);
  const bool secret = value.find("://") != std::string::npos || value.find('=') != std::string::npos;
  return shown(secret ? word.substr(0, start) + "***" : word);
}

// Without the user part, which can hold a password.
std::string shown_url(std::string url) {
  const size_t scheme = url.find("://");
  const size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t at = url.substr(0, url.find_first_of("/?#", start)).rfind('@');
  if (at != std::string::npos && at >= start) url.replace(start, at - start, "***");
  return shown(std::move(url));
}

const Option* find(const std::string& name) {
  const auto found = std::find_if(std::begin(kOptions), std::end(kOptions),
                                  [&](const Option& each) { return name == each.name; });
  return found == std::end(kOptions) ? nullptr : &*found;
}

Error not_understood(const std::string& word) {
  if (word.rfind('-', 0) == 0) return Error{"unknown option " + shown_word(word) + kSeeHelp};
  return Error{"unexpected argument " + shown_word(word) + ": a configuration is named with --config FILE"};
}

// What is asked for in place of a run.
std::vector<std::string> tasks_of(const CommandLine& line) {
  std::vector<std::string> tasks;
  if (line.check) tasks.emplace_back("--check");
  if (line.deliveries) tasks.emplace_back("--deliveries");
  if (line.migrate) tasks.emplace_back("--migrate");
  if (!line.copy_from.empty()) tasks.emplace_back("--journal-copy");
  return tasks;
}

// What does not go together, and what to do instead.
Result<void> agree(const CommandLine& line) {
  const auto tasks = tasks_of(line);
  if (tasks.size() > 1)
    return Error{tasks[0] + " and " + tasks[1] + " are done one at a time: leave out one"};
  if (line.webhook.empty()) return {};
  if (!line.config.empty()) {
    return Error{
        "--webhook is for the development server, which has no file: with --config, write "
        "rest_callback_url = " +
        shown_url(line.webhook) + " below [plugin.settings] in " + shown(line.config)};
  }
  if (!tasks.empty()) return Error{"--webhook starts the development server: leave out " + tasks[0]};
  const bool plain =
      std::all_of(line.webhook.begin(), line.webhook.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!plain) {
    return Error{"--webhook " + shown_url(line.webhook) +
                 " holds spaces, control characters or non-ASCII letters: write them percent-encoded"};
  }
  return {};
}

}  // namespace

const char* const kHelp =
    "usage: restanza-host [OPTION]...\n"
    "\n"
    "  restanza-host                                    a server to try it with\n"
    "  restanza-host --webhook http://127.0.0.1:9999/   the same, with your bot there\n"
    "  restanza-host --config /etc/restanza.toml        what that file says\n"
    "\n"
    "  --config FILE  the configuration (TOML); without it a development server on\n"
    "                 loopback: XMPP at 127.0.0.1:5222, HTTP at 127.0.0.1:5280/rest,\n"
    "                 the component rest.localhost, the account dev@localhost\n"
    "  --webhook URL  the endpoint to which the development server posts what is\n"
    "                 sent to rest.localhost; its answers go back\n"
    "  --check        looks at the configuration and starts nothing\n"
    "  --deliveries   prints what waits for endpoints, of a running host or of one\n"
    "                 that has ended\n"
    "  --migrate      makes or upgrades the tables of a journal in PostgreSQL\n"
    "  --journal-copy FROM TO  moves the journal; each is 'sqlite', 'configured',\n"
    "                 '@FILE' with a connection string in it, or one itself\n"
    "  --settings     prints all settings that a configuration can have\n"
    "  --version      prints the version\n"
    "  --help         prints this\n"
    "\n"
    "SIGHUP reads the file again; SIGTERM and Ctrl-C end it in order.\n";

Result<CommandLine> read_command_line(const std::vector<std::string>& words) {
  CommandLine line;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const size_t equals = word.find('=');
    const Option* option = find(word.substr(0, equals));
    const bool joined = equals != std::string::npos;
    if (!option || (joined && !option->word)) return not_understood(word);
    if (option->flag) {
      line.*option->flag = true;
      continue;
    }
    const auto next = [&] { return i + 1 < words.size() ? words[++i] : std::string(); };
    std::string value = joined ? word.substr(equals + 1) : next();
    std::string second = option->second && !value.empty() ? next() : std::string();
    if (value.empty() || (option->second && second.empty())) {
      return Error{std::string(option->name) + " lacks its " + option->shown + ": write " + option->name +
                   " " + option->shown};
    }
    line.*option->word = std::move(value);
    if (option->second) line.*option->second = std::move(second);
  }
  if (auto agreed = agree(line); !agreed) return agreed.error();
  return line;
}

}  // namespace restanza::host
