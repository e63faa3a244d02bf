// SPDX-License-Identifier: MIT
// Settings that are wrong, and say so; and the list of those that there are.
#include <set>
#include <utility>
#include <vector>

#include "cases/cases.h"
#include "check.h"
#include "host_parts.h"

namespace restanza::check {
namespace {

constexpr const char* kUnknown = "xp_check_unknown_key";

// The user's settings with another member at the front.
std::string with(const std::string& settings, const std::string& member) {
  const size_t begin = settings.find('{');
  if (begin == std::string::npos) return "{" + member + "}";
  const size_t first = settings.find_first_not_of(" \t\r\n", begin + 1);
  const bool empty = first == std::string::npos || settings[first] == '}';
  return settings.substr(0, begin + 1) + member + (empty ? "" : ",") + settings.substr(begin + 1);
}

std::string times(size_t count, const std::string& text) {
  std::string out;
  while (count-- > 0) out += text;
  return out;
}

class Attempt {
 public:
  explicit Attempt(const Subject& subject)
      : library_(subject.path), prepared_(subject), host_(new_host(subject, library_)) {}

  const std::string& settings() const { return prepared_.settings(); }

  // Creates with these settings; what comes of it is destroyed again.
  Outcome create(const std::string& json) {
    const Outcome outcome = host_.create(json);
    end();
    return outcome;
  }
  void create_absent() {
    host_.create(xp_str{nullptr, 0});
    end();
  }

 private:
  void end() {
    if (host_.alive()) host_.destroy();
    host_.settle();
    host_.verify();
    host_.revive();
  }

  const Library library_;
  const Prepared prepared_;
  Host& host_;
};

void unknown_key(const Subject& subject) {
  Attempt attempt(subject);
  const Outcome outcome = attempt.create(with(attempt.settings(), std::string("\"") + kUnknown + "\": 1"));
  require(outcome.status != XP_OK, "a setting that there is not is taken without an error");
  require(outcome.text.find(kUnknown) != std::string::npos,
          "the error does not name the setting that there is not: " + outcome.text);
}

void malformed(const Subject& subject) {
  Attempt attempt(subject);
  const std::string nul("{\"a\0b\": 1}", 10);
  for (const std::string& json :
       {std::string(), std::string(" "), std::string("{"), std::string("}"), std::string("[]"),
        std::string("null"), std::string("1"), std::string("\"\""), std::string("{}{}"), std::string("{} x"),
        std::string("{\"a\""), std::string("{\"a\":"), std::string("{\"a\":1"), std::string("{\"a\":1,}"),
        std::string("{a:1}"), std::string("{\"\\u12\":1}"), std::string("{\"\xC3\x28\":1}"),
        std::string("\xEF\xBB"), nul}) {
    require(attempt.create(json).status != XP_OK, "settings that are no JSON object are taken: " + json);
  }
  attempt.create_absent();
}

void repeated(const Subject& subject) {
  Attempt attempt(subject);
  const std::string& all = attempt.settings();
  const size_t begin = all.find('{'), end = all.rfind('}');
  if (begin != std::string::npos && end != std::string::npos && end > begin) {
    attempt.create(with(all, all.substr(begin + 1, end - begin - 1)));  // may be taken or refused
  }
  const std::string twice = std::string("\"") + kUnknown + "\": 1, \"" + kUnknown + "\": {}";
  require(attempt.create(with(all, twice)).status != XP_OK, "a setting that there is not, twice, is taken");
}

void huge(const Subject& subject) {
  Attempt attempt(subject);
  const std::string megabytes = std::string(8U << 20U, 'x');
  for (const std::string& json :
       {"{\"" + megabytes + "\": 1}", "{\"" + std::string(kUnknown) + "\": \"" + megabytes + "\"}",
        "{" + times(200000, "\"" + std::string(kUnknown) + "\": 1, ") + "\"a\": 1}",
        "{\"a\": " + times(200000, "[") + times(200000, "]") + "}", times(200000, "{\"a\":"),
        times(200000, "[")}) {
    require(attempt.create(json).status != XP_OK, "settings that are too much of everything are taken");
  }
}

struct ListedSetting {
  uint32_t types;
  std::string table, key, default_json, sentence;
};
struct SettingsList {
  std::vector<ListedSetting> rows;
  bool whole = true;

  static void on_row(void* ctx, const xp_setting* row) {
    auto& list = *static_cast<SettingsList*>(ctx);
    list.whole = list.whole && XP_HAS(xp_setting, row, sentence);
    if (list.whole)
      list.rows.push_back(
          {row->types, copy(row->table), copy(row->key), copy(row->default_json), copy(row->sentence)});
  }
};

bool is_line(const std::string& text) {
  return !text.empty() && text.find('\n') == std::string::npos;
}

// What it lists is sound, and where it needs no settings at all, each default may be written down.
void listed(const Subject& subject) {
  const Library library(subject.path);
  const xp_plugin_desc& d = library.descriptor();
  const void* extension = d.get_extension ? d.get_extension(nullptr, XP_EXT_SETTINGS) : nullptr;
  if (!extension) return;
  const auto* service = static_cast<const xp_settings*>(extension);
  require(XP_HAS(xp_settings, service, list) && service->list, "its list of settings lacks the function");
  SettingsList list;
  now_in("a list of settings");
  require(service->list(SettingsList::on_row, &list) == XP_OK, "its list of settings failed");
  require(list.whole, "a row of its list of settings is shorter than version 1.1");
  std::set<std::pair<std::string, std::string>> keys;
  for (const ListedSetting& each : list.rows) {
    require(is_line(each.key) && is_line(each.sentence) && each.types != 0,
            "a setting is listed without a key, a type or a sentence: " + each.key);
    require(keys.emplace(each.table, each.key).second, "a setting is listed twice: " + each.key);
    require(each.table.empty() || keys.count({"", each.table}) == 1,
            "a setting is listed for a table that is none: " + each.table);
  }
  Attempt attempt(subject);
  if (attempt.create("{}").status != XP_OK) return;
  for (const ListedSetting& each : list.rows) {
    if (!each.table.empty() || each.default_json.empty()) continue;
    const Outcome outcome = attempt.create("{\"" + each.key + "\": " + each.default_json + "}");
    require(outcome.status == XP_OK, "a setting is listed with a default that is refused: " + outcome.text);
  }
}

}  // namespace

std::vector<Case> settings_cases() {
  return {
      {"settings_unknown_key", "a key that there is not is an error, and the error names it", unknown_key},
      {"settings_malformed", "what is no JSON object is refused with a reason", malformed},
      {"settings_repeated", "a key that stands twice does no harm", repeated},
      {"settings_huge", "settings of megabytes or of great depth are refused with a reason", huge},
      {"settings_listed", "its list of settings, if it has one, says what it takes", listed},
  };
}

}  // namespace restanza::check
