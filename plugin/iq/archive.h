// SPDX-License-Identifier: MIT
// Gathers what an archive query brings before its result (XEP-0313 section 4.2): the messages with the
// query's id that come from the archive to the one who asked. Callers choose ids without knowing of each
// other, and most choose none, so a query leaves with a random id of its own; what comes back names it as the
// caller did. Any thread; nothing is called back.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "xmpp/stanza_consumer.h"

namespace restanza::iq {

class ArchiveQueries final : public xmpp::StanzaConsumer {
 public:
  // Bounds of one query; a message past them is left out, and the page says so by its count.
  static constexpr size_t kMaxMessages = 1000;
  static constexpr size_t kMaxBytes = 4 * 1024 * 1024;

  using Ticket = std::string;  // the id that the query has left with; empty: no query

  // Empty where the iq is no archive query. Otherwise the iq gets that id, and `take` gathers for it until
  // `end` or `cancel`.
  Ticket begin(xmpp::Stanza& iq, bool from_account);

  // True where the stanza is a message that a query waits for; it belongs to that query then, even past its
  // bounds.
  bool take(const xmpp::StanzaTree& offered);

  xmpp::Offered offer(xmpp::StanzaTree& offered, const std::function<void()>& /*room*/,
                      const std::function<void()>& /*kept*/) override {
    return take(offered) ? xmpp::Offered::taken : xmpp::Offered::foreign;
  }

  // What has come, in order, and then the answer.
  std::vector<xmpp::Stanza> end(const Ticket& ticket, xmpp::Stanza answer);

  void cancel(const Ticket& ticket);  // nothing where it has ended

 private:
  struct Query {
    std::string asker, archive;
    bool own = false;               // the archive is the asker's own: its answers may have no `from`
    std::optional<std::string> id;  // the caller's
    std::vector<xmpp::Stanza> messages;
    size_t bytes = 0;

    bool waits_for(const xmpp::Stanza& stanza) const;
  };

  std::atomic<size_t> running_{0};  // read without the lock, because every message comes by here
  std::mutex mutex_;
  std::unordered_map<Ticket, Query> queries_;
};

}  // namespace restanza::iq
