// SPDX-License-Identifier: MIT
#include "journal/sqlite/answers.h"

#include <utility>

#include "journal/sqlite/consumers.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/key_room.h"
#include "journal/sqlite/keys.h"
#include "journal/sqlite/tickets.h"

namespace restanza::journal {
namespace {

template <class T>
Result<Answer> answer(Result<T> result) {
  if (!result) return result.error();
  return Answer(std::move(*result));
}

Result<Answer> answer(const Result<void>& result) {
  if (!result) return result.error();
  return Answer();
}

struct Answered {
  Database& db;

  Result<Answer> operator()(const List& asked) const {
    return answer(list(db, asked.filter, asked.beyond, asked.limit));
  }
  Result<Answer> operator()(const Find& asked) const { return answer(find(db, asked.id)); }
  Result<Answer> operator()(const CountDeliveries&) const { return answer(count(db)); }
  Result<Answer> operator()(const ListStops&) const { return answer(stops(db)); }
  Result<Answer> operator()(const CountKeys& asked) const { return answer(count_keys(db, asked.limit)); }
  Result<Answer> operator()(const LoadStanza& asked) const { return answer(stanza_of(db, asked.seq)); }

  Result<Answer> operator()(const Page& asked) const { return answer(page(db, asked)); }

  Result<Answer> operator()(const ListTickets&) const { return answer(tickets(db)); }

  Result<Answer> operator()(const ListWhole& asked) const { return answer(list_whole(db, asked)); }
  Result<Answer> operator()(const ListConsumers&) const { return answer(consumers(db)); }
  Result<Answer> operator()(const ListKeys& asked) const { return answer(list_keys(db, asked)); }
  Result<Answer> operator()(const RestoreConsumer& asked) const {
    return answer(restore_consumer(db, asked.consumer));
  }
  Result<Answer> operator()(const ForgetConsumer& asked) const {
    return answer(forget_consumer(db, asked.name));
  }
  Result<Answer> operator()(const RestoreKey& asked) const { return answer(restore_key(db, asked.kept)); }

  Result<Answer> operator()(const OpenConsumer& asked) const { return answer(open_consumer(db, asked)); }
  Result<Answer> operator()(const Acknowledge& asked) const { return answer(acknowledge(db, asked)); }
  Result<Answer> operator()(const GiveUp& asked) const { return answer(give_up(db, asked)); }
  Result<Answer> operator()(const Revive& asked) const { return answer(revive(db, asked.id, asked.now)); }
  Result<Answer> operator()(const ReviveMany& asked) const {
    return answer(revive(db, asked.filter, asked.now, asked.limit));
  }
  Result<Answer> operator()(const Discard& asked) const {
    return answer(discard(db, asked.seqs, asked.filter));
  }
  Result<Answer> operator()(const ClaimKey& asked) const { return answer(claim(db, asked)); }
  Result<Answer> operator()(const FinishKey& asked) const { return answer(remember(db, asked)); }
  Result<Answer> operator()(const ForgetKey& asked) const { return answer(forget(db, asked.key)); }
  Result<Answer> operator()(const LoseKey& asked) const { return answer(lose(db, asked.key)); }
  Result<Answer> operator()(const ForgetOldKeys& asked) const {
    return answer(forget_old_keys(db, asked.now));
  }
  Result<Answer> operator()(const KeepTicket& asked) const { return answer(keep_ticket(db, asked.ticket)); }
  Result<Answer> operator()(const ForgetTicket& asked) const {
    return answer(forget_ticket(db, asked.digest));
  }
  Result<Answer> operator()(const DiscardKeys& asked) const {
    return answer(discard_keys(db, asked.credential, asked.limit));
  }
};

}  // namespace

Result<Answer> carry_out(Database& db, const Read& read) {
  return std::visit(Answered{db}, read);
}

Result<Answer> carry_out(Database& db, const Command& command) {
  return std::visit(Answered{db}, command);
}

}  // namespace restanza::journal
