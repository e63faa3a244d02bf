// SPDX-License-Identifier: MIT
#include "journal/postgres/writes.h"

#include <algorithm>
#include <utility>

#include "journal/postgres/consumers.h"
#include "journal/postgres/deliveries.h"
#include "journal/postgres/keys.h"
#include "journal/postgres/redate.h"

namespace restanza::journal::postgres {
namespace {

template <class T>
Tried<Answer> answer_with(Tried<T> done) {
  if (!done) return done.error();
  if constexpr (std::is_void_v<T>) {
    return Answer();
  } else {
    return Answer(std::move(*done));
  }
}

struct Performed {
  Transaction& transaction;
  Keys& keys;

  Tried<Answer> operator()(const Revive& asked) const { return answer_with(revive(transaction, asked)); }
  Tried<Answer> operator()(const ReviveMany& asked) const { return answer_with(revive(transaction, asked)); }
  Tried<Answer> operator()(const Discard& asked) const { return answer_with(discard(transaction, asked)); }
  Tried<Answer> operator()(const OpenConsumer& asked) const {
    return answer_with(open_consumer(transaction, asked));
  }
  Tried<Answer> operator()(const Acknowledge& asked) const {
    return answer_with(acknowledge(transaction, asked));
  }
  Tried<Answer> operator()(const GiveUp& asked) const { return answer_with(give_up(transaction, asked)); }
  Tried<Answer> operator()(const ClaimKey& asked) const { return answer_with(keys.claim(asked)); }
  Tried<Answer> operator()(const FinishKey& asked) const { return answer_with(keys.finish(asked)); }
  Tried<Answer> operator()(const ForgetKey& asked) const { return answer_with(keys.forget(asked.key)); }
  Tried<Answer> operator()(const LoseKey& asked) const { return answer_with(keys.lose(asked.key)); }
  Tried<Answer> operator()(const ForgetOldKeys& asked) const {
    return answer_with(keys.forget_old(asked.now));
  }
  Tried<Answer> operator()(const DiscardKeys& asked) const { return answer_with(keys.discard(asked)); }
  Tried<Answer> operator()(const KeepTicket& asked) const {
    keep_ticket(transaction, asked.ticket);
    return Answer();
  }
  Tried<Answer> operator()(const RestoreConsumer& asked) const {
    restore_consumer(transaction, asked.consumer);
    return Answer();
  }
  Tried<Answer> operator()(const ForgetConsumer& asked) const {
    forget_consumer(transaction, asked.name);
    return Answer();
  }
  Tried<Answer> operator()(const RestoreKey& asked) const { return answer_with(keys.restore(asked.kept)); }
  Tried<Answer> operator()(const ForgetTicket& asked) const {
    forget_ticket(transaction, asked.digest);
    return Answer();
  }
};

struct Applied {
  Transaction& transaction;
  Keys& keys;

  Tried<void> operator()(const Removed& removed) const {
    transaction.remove(removed.seq);
    return {};
  }
  Tried<void> operator()(const Noted& noted) const {
    transaction.note(noted);
    return {};
  }
  Tried<void> operator()(const EndpointStop& stop) const {
    remember(transaction, stop);
    return {};
  }
  Tried<void> operator()(const Started& started) const {
    forget_stop(transaction, started.endpoint);
    return {};
  }
  Tried<void> operator()(const ForgetDead& forget) const { return forget_dead(transaction, forget.before); }
  Tried<void> operator()(const Redated& redated) const {
    if (transaction.others) return {};  // one clock that jumped says nothing of theirs
    transaction.flush();
    keys.flush();
    redate(transaction.connection, redated);
    return {};
  }
  Tried<void> operator()(const Restored& restored) const {
    transaction.restore(*restored.stanza, *restored.delivery);
    return {};
  }
};

struct Carried {
  Transaction& transaction;
  Keys& keys;

  Tried<void> operator()(const Insert& one) const {
    transaction.insert(one.stanza, one.deliveries);
    return {};
  }
  Tried<void> operator()(const Change* change) const {
    return std::visit(Applied{transaction, keys}, *change);
  }
  // What a command refuses, it refuses before it has changed anything; what the server refuses ends all.
  Tried<void> operator()(const Alone& alone) const {
    auto done = std::visit(Performed{transaction, keys}, alone.command);
    if (!done && (done.error().unreached || !done.error().state.empty())) return done.error();
    if (done) {
      alone.answer = std::move(*done);
    } else {
      alone.answer = Error{done.error().text};
    }
    return {};
  }
};

// Of keys that are claimed or finished, each of which has to be read.
std::vector<std::string> keys_in(const std::vector<Write>& writes) {
  std::vector<std::string> keys;
  for (const Write& write : writes) {
    const auto* const alone = std::get_if<Alone>(&write);
    if (!alone) continue;
    if (const auto* claim = std::get_if<ClaimKey>(&alone->command)) keys.push_back(claim->key);
    if (const auto* finish = std::get_if<FinishKey>(&alone->command)) keys.push_back(finish->key);
    if (const auto* restore = std::get_if<RestoreKey>(&alone->command)) keys.push_back(restore->kept.key);
  }
  return keys;
}

struct Answered {
  Connection& connection;
  const Buckets& ours;

  Tried<Answer> operator()(const List& asked) const { return answer_with(list(connection, asked, ours)); }
  Tried<Answer> operator()(const Find& asked) const { return answer_with(find(connection, asked.id)); }
  Tried<Answer> operator()(const CountDeliveries&) const { return answer_with(count(connection)); }
  Tried<Answer> operator()(const ListStops&) const { return answer_with(stops(connection)); }
  Tried<Answer> operator()(const LoadStanza& asked) const {
    return answer_with(stanza_of(connection, asked.seq));
  }
  Tried<Answer> operator()(const Page& asked) const { return answer_with(page(connection, asked)); }
  Tried<Answer> operator()(const ListTickets&) const { return answer_with(tickets(connection)); }
  Tried<Answer> operator()(const ListWhole& asked) const {
    return answer_with(list_whole(connection, asked));
  }
  Tried<Answer> operator()(const ListConsumers&) const { return answer_with(consumers(connection)); }
  Tried<Answer> operator()(const ListKeys& asked) const { return answer_with(list_keys(connection, asked)); }
  Tried<Answer> operator()(const CountKeys& asked) const {
    return answer_with(count_keys(connection, asked));
  }
};

}  // namespace

Tried<void> carry_out(Transaction& transaction, const std::vector<Write>& writes) {
  Keys keys(transaction);
  if (transaction.others) {
    // Answered before the commit leaves: of one whose end nobody sees it is known what was taken.
    transaction.take_arrivals();
    if (auto taken = transaction.connection.run(); !taken) return taken;
  }
  if (auto fetched = keys.fetch(keys_in(writes)); !fetched) return fetched;
  for (const Write& write : writes) {
    if (auto carried = std::visit(Carried{transaction, keys}, write); !carried) return carried;
  }
  keys.flush();
  transaction.flush();
  return {};
}

int64_t numbers_for(const std::vector<Write>& writes) {
  size_t count = Transaction::kMaxTaken;
  for (const Write& write : writes) {
    if (const auto* const insert = std::get_if<Insert>(&write)) count += insert->deliveries.size();
    const auto* const alone = std::get_if<Alone>(&write);
    if (!alone) continue;
    if (std::holds_alternative<Revive>(alone->command)) ++count;
    if (const auto* const many = std::get_if<ReviveMany>(&alone->command)) count += many->limit;
  }
  return static_cast<int64_t>(std::min<size_t>(count, Block::kSize));
}

Tried<Answer> carry_out(Connection& connection, const Read& read, const Buckets& ours) {
  return std::visit(Answered{connection, ours}, read);
}

}  // namespace restanza::journal::postgres
