// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/injected_record.h"

#include <utility>

namespace restanza::host::local {
namespace {

// An address has no line ends, so the parts cannot run into each other.
std::string key_of(xmpp::Kind kind, const xmpp::Jid& account, const std::string& id) {
  return std::string(xmpp::name_of(kind)) + "\n" + account.full() + "\n" + id;
}

}  // namespace

void InjectedRecord::add(const xmpp::Stanza& stanza, const xmpp::Jid& from) {
  if (limit_ == 0) return;
  drop_expired();
  std::string key = key_of(stanza.kind, from, stanza.id);
  if (index_.size() >= limit_ && index_.count(key) == 0) {
    index_.erase(entries_.front().key);
    entries_.pop_front();
  }
  std::list<Entry> added{{key, clock_.now() + lifetime_}};
  const auto [at, is_new] = index_.try_emplace(std::move(key), added.begin());
  if (!is_new) entries_.erase(std::exchange(at->second, added.begin()));
  entries_.splice(entries_.end(), added);  // last, for the list and the index must never differ
}

bool InjectedRecord::answered_by(const xmpp::Stanza& stanza, const xmpp::Jid& to) {
  if (!stanza.is_answer() && stanza.type != "error") return false;
  drop_expired();
  return index_.count(key_of(stanza.kind, to, stanza.id)) > 0;
}

void InjectedRecord::forget(const xmpp::Stanza& answer, const xmpp::Jid& to) {
  const auto found = index_.find(key_of(answer.kind, to, answer.id));
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

void InjectedRecord::drop_expired() {
  const Instant now = clock_.now();
  while (!entries_.empty() && entries_.front().expires <= now) {
    index_.erase(entries_.front().key);
    entries_.pop_front();
  }
}

}  // namespace restanza::host::local
