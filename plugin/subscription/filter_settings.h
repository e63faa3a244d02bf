// SPDX-License-Identifier: MIT
// The settings of a filter, for every entry of the settings that is one: `S` is or derives from StanzaFilter.
// Pure, any thread.
#pragma once

#include "config/setting.h"
#include "subscription/filter.h"

namespace restanza::subscription {

void read_events(config::Reader& reader, const char* key, uint32_t& events);

// An error begins with its key in quotes.
Result<void> check_filter(const StanzaFilter& filter);

// What a stanza is.
template <class S>
config::Settings<S> kind_settings() {
  using Row = config::Setting<S>;
  using config::Reader;
  return {
      Row::custom("stanzas", "list of texts", "all", "of `message`, `presence`, `iq`",
                  [](Reader& reader, const char* key, S& into) { reader.kinds(key, into.kinds); })
          .compared(&S::kinds),
      Row::custom("events", "list of texts", "all",
                  "of `bare` (user@domain), `full` (with a resource), `host` (the domain itself)",
                  [](Reader& reader, const char* key, S& into) { read_events(reader, key, into.events); })
          .compared(&S::events),
  };
}

// What stands in it.
template <class S>
config::Settings<S> content_settings() {
  using Row = config::Setting<S>;
  return {
      Row::texts("types", &S::types, "types of stanzas; `normal` and `available` where none is written")
          .default_is("all"),
      Row::texts("from", &S::from, "senders; `*` stands for anything").default_is("all"),
      Row::texts("to", &S::to, "recipients; `*` stands for anything").default_is("all"),
      Row::texts("namespaces", &S::namespaces, "of children: a stanza needs one of them at least")
          .default_is("all"),
  };
}

}  // namespace restanza::subscription
