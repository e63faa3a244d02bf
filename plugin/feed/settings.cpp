// SPDX-License-Identifier: MIT
#include "feed/settings.h"

#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "subscription/filter_settings.h"
#include "subscription/name_rule.h"

namespace restanza::feed {
namespace {

using config::Reader;

Result<void> read_consumer(Reader& entry, std::set<std::string>& names,
                           std::vector<ConsumerSettings>& consumers) {
  ConsumerSettings one;
  settings::read_each(consumer_settings(), entry, one);
  if (auto finished = entry.finish(); !finished) return finished;
  if (!names.insert(one.name).second) {
    entry.fail("name", "is '" + one.name + "' like another's: give it its own");
    return entry.finish();
  }
  consumers.push_back(std::move(one));
  return {};
}

void read_updates(Reader& reader, const char* key, ConsumerList& list) {
  const size_t count = reader.length(key);
  if (count > kMaxConsumers) {
    return reader.fail(key, "has " + std::to_string(count) + " entries: at most " +
                                std::to_string(kMaxConsumers) + " are served");
  }
  std::set<std::string> names;
  if (count != 0)
    return reader.tables(key, [&](Reader& entry) { return read_consumer(entry, names, list.consumers); });
  bool one = false;
  reader.flag(key, one);
  if (one) list.consumers.emplace_back();
}

}  // namespace

const config::Settings<ConsumerSettings>& consumer_settings() {
  static const auto all = [] {
    using Row = config::Setting<ConsumerSettings>;
    using S = ConsumerSettings;
    config::Settings<S> rows = {
        Row::text("name", &S::name, "letters, digits, `.`, `_` and `-`; queries name the consumer so")
            .must_be(subscription::kNameRule, &S::name)};
    const auto append = [&rows](config::Settings<S> further) {
      std::move(further.begin(), further.end(), std::back_inserter(rows));
    };
    append(subscription::kind_settings<S>());
    append(subscription::content_settings<S>());
    append(
        {Row::count("max_queued", &S::max_queued, 1, 1000000, "messages that wait; then the oldest go"),
         Row::seconds("max_age", &S::max_age, uint64_t{1}, uint64_t{14 * 86400}, "how long a message waits"),
         Row::flag("reply", &S::reply, "what answers an iq is to be found here")});
    return rows;
  }();
  return all;
}

const config::Settings<ConsumerList>& consumer_list_settings() {
  static const config::Settings<ConsumerList> all = {
      config::Setting<ConsumerList>::custom(
          "updates", "true, false or list of tables", "false",
          "stanzas are kept for who asks for them: true for one consumer, `default`, or a table for each, "
          "with the keys below; at most 16384",
          read_updates)
          .compared(&ConsumerList::consumers)
          .restart()};
  return all;
}

Result<void> complete(ConsumerList& list, const std::string& domain) {
  size_t index = 0;
  for (ConsumerSettings& one : list.consumers) {
    one.domain = domain;
    for (const auto& sound :
         {settings::check_each(consumer_settings(), one), subscription::check_filter(one)}) {
      // What is wrong begins with its key in quotes, which becomes the whole path.
      if (!sound)
        return Error{"setting 'updates[" + std::to_string(index) + "]." + sound.error().text.substr(1)};
    }
    ++index;
  }
  return {};
}

}  // namespace restanza::feed
