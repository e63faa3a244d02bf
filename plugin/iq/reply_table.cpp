// SPDX-License-Identifier: MIT
#include "iq/reply_table.h"

#include <vector>

#include "xmpp/jid.h"

namespace restanza::iq {
namespace {

// NUL cannot stand in XML, so no part can pretend to be two.
std::string key_of(std::string_view from, std::string_view to, std::string_view id) {
  std::string key;
  key.reserve(from.size() + to.size() + id.size() + 2);
  key.append(from).append(1, '\0').append(to).append(1, '\0').append(id);
  return key;
}

bool is_own_server(const xmpp::Stanza& answer) {
  return answer.from.empty() || answer.from == xmpp::bare_of(answer.to) ||
         answer.from == xmpp::domain_of(answer.to);
}

}  // namespace

ReplyTable::Parked ReplyTable::park(const Request& request, Done done, Ticket& ticket) {
  const bool to_self =
      request.from_account && (request.to.empty() || request.to == xmpp::bare_of(request.from));
  std::string key = key_of(request.from, to_self ? "" : request.to, request.id);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (drained_) return Parked::drained;
  if (entries_.size() >= limit_) return Parked::full;
  const Ticket next = last_ + 1;
  if (!by_key_.emplace(key, next).second) return Parked::conflict;
  try {
    Entry& entry = entries_[next];
    // The deadline cannot find an entry that is not complete: finishing takes the same lock.
    entry.deadline = timer_.after(request.wait, [this, next] { finish(next, End::expired, nullptr); });
    entry.key = std::move(key);
    entry.done = std::move(done);
  } catch (const std::exception&) {  // no memory for all of it: then nothing of it stays
    entries_.erase(next);
    by_key_.erase(key);
    throw;
  }
  last_ = ticket = next;
  return Parked::ok;
}

bool ReplyTable::answer(const xmpp::Stanza& stanza) {
  if (!stanza.is_answer() || stanza.id.empty()) return false;
  Ticket ticket = find(key_of(stanza.to, stanza.from, stanza.id));
  if (ticket == 0 && is_own_server(stanza)) ticket = find(key_of(stanza.to, "", stanza.id));
  return ticket != 0 && finish(ticket, End::answered, &stanza);
}

bool ReplyTable::cancel(Ticket ticket) {
  return take(ticket).has_value();
}

bool ReplyTable::finish(Ticket ticket, End end, const xmpp::Stanza* answer) {
  const auto entry = take(ticket);
  if (entry) entry->done(end, answer);
  return entry.has_value();
}

std::optional<ReplyTable::Entry> ReplyTable::take(Ticket ticket) {
  std::optional<Entry> entry;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(ticket);
    if (found == entries_.end()) return std::nullopt;
    entry = std::move(found->second);
    by_key_.erase(entry->key);
    entries_.erase(found);
  }
  timer_.cancel(entry->deadline);
  return entry;
}

void ReplyTable::drain() {
  std::vector<Ticket> open;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = true;
    for (const auto& entry : entries_) open.push_back(entry.first);
  }
  for (const Ticket ticket : open) finish(ticket, End::drained, nullptr);
}

ReplyTable::Ticket ReplyTable::find(const std::string& key) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? 0 : found->second;
}

size_t ReplyTable::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

}  // namespace restanza::iq
