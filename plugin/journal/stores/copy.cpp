// SPDX-License-Identifier: MIT
#include "journal/stores/copy.h"

#include <map>
#include <string>
#include <utility>

#include "journal/stores/stores.h"

namespace restanza::journal {
namespace {

template <class Request>
Result<typename Request::Answer> ask(Store& store, Request request) {
  auto answer = store.read(Read(std::move(request)));
  if (!answer) return answer.error();
  return std::get<typename Request::Answer>(std::move(*answer));
}

Result<void> change(Store& store, const std::vector<Change>& changes) {
  std::vector<Write> writes;
  for (const Change& each : changes) writes.emplace_back(&each);
  return store.write(writes);
}

Result<void> command(Store& store, const std::vector<Command>& commands) {
  std::vector<Result<Answer>> answers(commands.size(), Answer());
  std::vector<Write> writes;
  for (size_t i = 0; i < commands.size(); ++i) writes.emplace_back(Alone{commands[i], answers[i]});
  if (auto written = store.write(writes); !written) return written;
  for (const auto& answer : answers) {
    if (!answer) return answer.error();
  }
  return {};
}

class Copy {
 public:
  Copy(Store& from, Store& to) : from_(from), to_(to) {}

  // Before anything is moved: nobody else writes to either, so it holds to the end.
  Result<void> no_others() {
    for (Seq beyond = 0;;) {
      const auto page = ask(from_, List{{}, beyond, kCopiedAtOnce});
      if (!page) return page.error();
      if (page->empty()) return {};
      if (auto apart = no_other(*page); !apart) return apart;
      beyond = page->back().seq;
    }
  }

  Result<size_t> deliveries() {
    for (size_t moved = 0;;) {
      auto page = ask(from_, ListWhole{0, kCopiedAtOnce, kCopiedBytes});
      if (!page) return page.error();
      if (page->empty()) return moved;
      std::vector<Change> restored, removed;
      for (Delivery& each : *page) {
        auto stanza = std::make_shared<const xmpp::Stanza>(*std::exchange(each.stanza, std::nullopt));
        removed.emplace_back(Removed{each.seq});
        restored.emplace_back(Restored{std::make_shared<const Delivery>(std::move(each)), std::move(stanza)});
      }
      if (auto done = change(to_, restored); !done) return done.error();
      if (auto done = change(from_, removed); !done) return done.error();
      moved += restored.size();
    }
  }

  Result<size_t> stops() {
    const auto all = ask(from_, ListStops{});
    if (!all) return all.error();
    std::vector<Change> kept, forgotten;
    for (const EndpointStop& stop : *all) {
      kept.emplace_back(stop);
      forgotten.emplace_back(Started{stop.endpoint});
    }
    return both(
        change(to_, kept), [&] { return change(from_, forgotten); }, all->size());
  }

  // In the source they stay known until all that waits for them has gone.
  Result<size_t> consumers() {
    const auto all = ask(from_, ListConsumers{});
    if (!all) return all.error();
    std::vector<Command> kept;
    for (const Consumer& consumer : *all) kept.emplace_back(RestoreConsumer{consumer});
    return both(
        command(to_, kept), [] { return Result<void>(); }, all->size());
  }

  // Who opens them there later has another identity: no cursor that the target gives is good for it.
  Result<void> forget_consumers() {
    const auto all = ask(from_, ListConsumers{});
    if (!all) return all.error();
    std::vector<Command> forgotten;
    for (const Consumer& consumer : *all) forgotten.emplace_back(ForgetConsumer{consumer.name});
    return command(from_, forgotten);
  }

  Result<size_t> tickets() {
    const auto all = ask(from_, ListTickets{});
    if (!all) return all.error();
    std::vector<Command> kept, forgotten;
    for (const Ticket& ticket : *all) {
      kept.emplace_back(KeepTicket{ticket});
      forgotten.emplace_back(ForgetTicket{ticket.digest});
    }
    return both(
        command(to_, kept), [&] { return command(from_, forgotten); }, all->size());
  }

  Result<size_t> keys() {
    for (size_t moved = 0;;) {
      const auto page = ask(from_, ListKeys{0, kKeysCopiedAtOnce});
      if (!page) return page.error();
      if (page->empty()) return moved;
      std::vector<Command> kept, forgotten;
      for (const KeptKey& key : *page) {
        kept.emplace_back(RestoreKey{key});
        forgotten.emplace_back(ForgetKey{key.key});
      }
      if (auto done = command(to_, kept); !done) return done.error();
      if (auto done = command(from_, forgotten); !done) return done.error();
      moved += page->size();
    }
  }

 private:
  template <class Second>
  static Result<size_t> both(const Result<void>& first, Second second, size_t count) {
    if (!first) return first.error();
    if (const auto done = second(); !done) return done.error();
    return count;
  }

  // What the target holds under these numbers has to be the same deliveries, of a copy that was stopped.
  Result<void> no_other(const std::vector<Delivery>& page) {
    std::map<Seq, std::string> ids;
    for (const Delivery& each : page) ids[each.seq] = each.id;
    for (Seq beyond = page.front().seq - 1;;) {
      const auto there = ask(to_, List{{}, beyond, kCopiedAtOnce});
      if (!there) return there.error();
      for (const Delivery& other : *there) {
        const auto own = ids.find(other.seq);
        if (own == ids.end() || own->second == other.id) continue;
        return Error{"the target holds other deliveries already, such as " + other.id +
                     ": have them delivered or discarded first, or name an empty target"};
      }
      if (there->empty() || there->back().seq >= page.back().seq) return {};
      beyond = there->back().seq;
    }
  }

  Store& from_;
  Store& to_;
};

}  // namespace

Result<void> copy(const StorePlace& from, const StorePlace& to, const Clock& clock,
                  const std::function<void(std::string_view)>& line) {
  if (!from.durable() || !to.durable()) return Error{"a journal in memory cannot be copied: set state_dir"};
  if (from.directory == to.directory && from.database == to.database && from.domain == to.domain)
    return Error{"FROM and TO are the same journal: name two different ones"};
  StorePlace source_place = from, target_place = to;
  source_place.alone = target_place.alone = true;
  const auto source = kind_of(from).open(source_place, clock);
  if (!source) return source.error();
  const auto target = kind_of(to).open(target_place, clock);
  if (!target) return target.error();
  Copy all(*source->store, *target->store);
  if (auto apart = all.no_others(); !apart) return apart;
  // Consumers first: no number of theirs is given again. Deliveries last: what is stopped before is nothing
  // lost.
  const std::pair<const char*, Result<size_t> (Copy::*)()> steps[] = {{"consumers", &Copy::consumers},
                                                                      {"stopped endpoints", &Copy::stops},
                                                                      {"tickets", &Copy::tickets},
                                                                      {"idempotency keys", &Copy::keys},
                                                                      {"deliveries", &Copy::deliveries}};
  for (const auto& [what, step] : steps) {
    const auto moved = (all.*step)();
    if (!moved) return moved.error();
    line(std::to_string(*moved) + " " + what + " moved");
  }
  return all.forget_consumers();
}

}  // namespace restanza::journal
