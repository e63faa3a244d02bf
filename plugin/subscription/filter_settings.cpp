// SPDX-License-Identifier: MIT
#include "subscription/filter_settings.h"

#include <algorithm>

#include "subscription/rules.h"

namespace restanza::subscription {

void read_events(config::Reader& reader, const char* key, uint32_t& events) {
  std::vector<std::string> words{"bare", "full", "host"};
  reader.words(key, words, {"bare", "full", "host"});
  events = (config::holds(words, "bare") ? mask(Event::bare) : 0U) |
           (config::holds(words, "full") ? mask(Event::full) : 0U) |
           (config::holds(words, "host") ? mask(Event::host) : 0U);
}

Result<void> check_filter(const StanzaFilter& filter) {
  if (const auto types = check_types(filter.types); !types) return types.error();
  for (const auto* list : {&filter.from, &filter.to, &filter.namespaces}) {
    if (std::find(list->begin(), list->end(), "") == list->end()) continue;
    const char* name = list == &filter.from ? "from" : list == &filter.to ? "to" : "namespaces";
    return Error{"'" + std::string(name) + "' holds an empty text, which nothing matches: remove it"};
  }
  return {};
}

}  // namespace restanza::subscription
