// SPDX-License-Identifier: MIT
#include "webhook/settings/refusals.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/str.h"
#include "config/reader.h"

namespace restanza::webhook {
namespace {

constexpr const char* kOthers = "default";
constexpr std::pair<const char*, OnRefusal> kWords[] = {
    {"bounce", OnRefusal::bounce}, {"dead-letter", OnRefusal::dead_letter}, {"retry", OnRefusal::retry}};

void read_word(config::Reader& reader, const std::string& key, OnRefusal& into) {
  std::string word;
  reader.text(key, word);
  if (reader.failed() || !reader.has(key)) return;
  const auto known = std::find_if(std::begin(kWords), std::end(kWords),
                                  [&](const auto& each) { return word == each.first; });
  if (known == std::end(kWords)) {
    return reader.fail(key, "knows bounce, dead-letter, retry, and not '" + word + "'");
  }
  into = known->second;
}

Result<void> read_table(config::Reader& table, Refusals& into) {
  for (const std::string& key : table.keys()) {
    const auto status = parse_number(key);
    const bool known = key.size() == 3 && status && is_refusal(static_cast<int>(*status));
    if (known) {
      read_word(table, key, into.by_status[static_cast<int>(*status)]);
    } else if (key == kOthers) {
      read_word(table, key, into.others);
    } else {
      table.fail(key,
                 "is no refusal: list statuses from 300 to 499, without 408, 410, 425 and 429, and "
                 "`default` for the others");
    }
  }
  return table.finish();
}

}  // namespace

OnRefusal Refusals::of(int status) const {
  const auto listed = by_status.find(status);
  return listed == by_status.end() ? others : listed->second;
}

bool is_refusal(int status) {
  return status >= 300 && status <= 499 && status != 408 && status != 410 && status != 425 && status != 429;
}

void read_refusals(config::Reader& reader, const char* key, Refusals& into) {
  if (!reader.has_table(key)) return read_word(reader, key, into.others);
  reader.table(key, [&](config::Reader& table) { return read_table(table, into); });
}

}  // namespace restanza::webhook
