// SPDX-License-Identifier: GPL-3.0-or-later
// What a plugin sent in the name of accounts, so that what answers it can be shown to the plugin. Bounded:
// the oldest is forgotten first. The loop's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

namespace restanza::host::local {

class InjectedRecord {
 public:
  InjectedRecord(size_t limit, std::chrono::seconds lifetime, const Clock& clock)
      : limit_(limit), lifetime_(lifetime), clock_(clock) {}

  // `from`: the prepared address that the stanza was sent in the name of.
  void add(const xmpp::Stanza& stanza, const xmpp::Jid& from);

  // Whether a stanza to this address may answer one of them: an iq answer or an error with its id. Who sent
  // it is left for the plugin to check, which knows what it asked for.
  bool answered_by(const xmpp::Stanza& stanza, const xmpp::Jid& to);
  void forget(const xmpp::Stanza& answer, const xmpp::Jid& to);

  size_t size() const { return index_.size(); }

 private:
  struct Entry {
    std::string key;
    Instant expires;
  };
  void drop_expired();

  const size_t limit_;
  const std::chrono::seconds lifetime_;
  const Clock& clock_;
  std::list<Entry> entries_;  // oldest first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

}  // namespace restanza::host::local
