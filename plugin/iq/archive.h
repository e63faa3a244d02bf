// SPDX-License-Identifier: MIT
// Gathers what an archive query brings before its result (XEP-0313 section 4.2): the messages with the
// query's id that come from the archive to the one who asked. Any thread; nothing is called back.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "xmpp/stanza_consumer.h"

namespace restanza::iq {

class ArchiveQueries final : public xmpp::StanzaConsumer {
 public:
  // Bounds of one query; a message past them is left out, and the page says so by its count.
  static constexpr size_t kMaxMessages = 1000;
  static constexpr size_t kMaxBytes = 4 * 1024 * 1024;

  using Ticket = uint64_t;  // 0: no query

  // 0 where the iq is no archive query. Otherwise `take` gathers for it until `end`.
  Ticket begin(const xmpp::Stanza& iq, bool from_account);

  // True where the stanza is a message that a query waits for; it belongs to that query then, even past its
  // bounds.
  bool take(const xmpp::StanzaTree& offered);

  xmpp::Offered offer(xmpp::StanzaTree& offered, const std::function<void()>& /*room*/) override {
    return take(offered) ? xmpp::Offered::taken : xmpp::Offered::foreign;
  }

  // What has come, in order.
  std::vector<xmpp::Stanza> end(Ticket ticket);

 private:
  struct Query {
    std::string asker, archive, id;
    bool own = false;  // the archive is the asker's own: its answers may have no `from`
    std::vector<xmpp::Stanza> messages;
    size_t bytes = 0;
  };

  std::atomic<size_t> running_{0};  // read without the lock, because every message comes by here
  std::mutex mutex_;
  std::map<Ticket, Query> queries_;
  Ticket last_ = 0;
};

}  // namespace restanza::iq
