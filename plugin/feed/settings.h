// SPDX-License-Identifier: MIT
// Who asks for stanzas, as the settings say it: `updates = true` is one consumer, `default`, and a list has a
// table for each. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "config/setting.h"
#include "subscription/filter.h"

namespace restanza::feed {

inline constexpr size_t kMaxConsumers = 16384;

// Which stanzas it wants is the filter in it.
struct ConsumerSettings : subscription::StanzaFilter {
  std::string name = "default";                               // in queries, logs, metrics and the journal
  size_t max_queued = 100000;                                 // messages that wait on disk
  std::chrono::milliseconds max_age{std::chrono::hours(24)};  // of what waits there
  bool reply = false;                                         // of several that want an iq this one answers

  bool operator==(const ConsumerSettings& other) const {
    const auto all = [](const ConsumerSettings& s) {
      return std::tie(s.kinds, s.events, s.types, s.from, s.to, s.namespaces, s.name, s.max_queued, s.max_age,
                      s.reply);
    };
    return all(*this) == all(other);
  }
};

// Of an entry of `updates`.
const config::Settings<ConsumerSettings>& consumer_settings();

struct ConsumerList {
  std::vector<ConsumerSettings> consumers;
};
const config::Settings<ConsumerList>& consumer_list_settings();

// Gives each the plugin's domain, and checks it. An error names the key by its whole path.
Result<void> complete(ConsumerList& list, const std::string& domain);

}  // namespace restanza::feed
