// SPDX-License-Identifier: MIT
// One who asks for its stanzas: what waits for it stands in the journal, and a cursor says up to where it has
// them. What is worthless late waits in memory. Where more waits than there is room for, or longer than it
// may, the oldest become dead letters, and who reads is told how many. Any thread; nothing blocks but what
// says so. `reply` runs without a lock held, on the thread of `push` or of the timer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "feed/backlog.h"
#include "feed/cursor.h"
#include "feed/moments.h"
#include "feed/page.h"
#include "feed/readers.h"
#include "feed/requests.h"
#include "feed/settings.h"
#include "journal/journal.h"
#include "subscription/fan_out/fan_out.h"
#include "xmpp/stanza_error.h"

namespace restanza::feed {

// Referred to, and outlives the consumers.
struct ConsumerDependencies {
  journal::Journal& journal;
  subscription::FanOut::Reply reply;
  const subscription::JoinedRooms& rooms;
  Timer& timer;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
};

class Consumer final : public subscription::Destination, public std::enable_shared_from_this<Consumer> {
 public:
  static constexpr std::chrono::seconds kIqTime{30};  // an iq has until its sender gets an error
  static constexpr size_t kPage = 1000;               // deliveries that the journal changes at once
  static constexpr size_t kFollowers = Readers::kFollowers;

  // `moment_bytes`: of what waits in memory.
  Consumer(ConsumerSettings settings, ConsumerDependencies deps, size_t moment_bytes = Moments::kMaxBytes);

  // Before it is a destination: what the journal knows of it, and how much waits.
  void open(journal::Consumer known, size_t waiting);

  // What a cursor stands for. Absent: it is not of this journal, or no place that there is, for what is
  // behind it has been acknowledged already.
  std::optional<Cursor> place(const std::string& cursor) const;
  Cursor acknowledged() const;

  // What waits behind that place: at most `limit`, and no more than `bytes` of text but for the first. Waits
  // for the disk.
  Result<Page> read(const Cursor& after, size_t limit, size_t bytes);

  // All up to there is not read again, once `then` has run without an error.
  void acknowledge(const Cursor& cursor, std::function<void(const Result<void>&)> then);

  // Who reads; whoever did before is superseded.
  void attend(const std::shared_ptr<Reader>& reader);
  // Who reads beside whoever reads. False: there are kFollowers already, or nobody reads any more.
  bool follow(const std::shared_ptr<Reader>& reader);
  void leave(const Reader& reader);

  bool waits_for(const xmpp::Stanza& answer) const { return requests_.waits_for(answer); }
  // An answer that is about to be sent may be to an iq that waits here.
  void about_to_send(const xmpp::Stanza& stanza);

  // Gives up what has waited for too long. To be called now and then.
  void tend();

  // The journal has lost what waited on disk: no cursor of before is a place any more.
  void reopen();

  // Where several processes share the journal, one of them numbers what comes for a consumer, and all may be
  // read from. It has become this one; or another one has written something.
  void count_anew();
  void others_wrote() const;

  // Who reads is told that it ends, and iqs that wait are answered with an error. What comes is not shown.
  void stop();

  size_t waiting() const;  // on disk and in memory

  const ConsumerSettings& settings() const { return settings_; }

  const std::string& name() const override { return place_; }
  bool reserve() override { return true; }  // the oldest make room
  void reserve_beyond() override {}
  void cancel() override {}
  void refuse_place() override {}
  void count_crowded() override {}
  void push(journal::Delivery&& delivery, const Tree& tree) override;
  bool retired() const override { return false; }
  void requeue(const journal::Delivery& delivery) override;
  void withdraw(const journal::Delivery& delivery) override;
  bool at_work(const journal::Delivery&) const override { return false; }

 private:
  Result<std::vector<Kept>> on_disk(journal::Seq after, journal::Seq upto, size_t limit, size_t bytes) const;
  bool is_ours() const { return deps_.journal.has(journal::bucket_of_consumer(place_)); }
  void push_kept(const journal::Delivery& delivery, const Tree& tree);
  std::vector<std::shared_ptr<Reader>> readers() const;
  bool push_moment(const journal::Delivery& delivery, const Tree& tree);
  void refuse(const std::shared_ptr<const xmpp::Stanza>& iq, const xmpp::StanzaError& error) const;
  void trim();
  void give_up(std::optional<WallTime::duration> age, size_t count, const char* why);
  void write_acknowledged(const Cursor& cursor, std::function<void(const Result<void>&)> then);
  void tell_news() const;

  const ConsumerSettings settings_;
  const std::string place_;
  const std::string run_;
  const ConsumerDependencies deps_;
  Requests requests_;
  Counter& missed_;
  mutable std::mutex mutex_;  // of what follows
  Backlog backlog_;
  uint64_t numbers_ = 0;
  Moments moments_;
  Readers readers_;
  bool giving_up_ = false;
  bool stopped_ = false;
};

}  // namespace restanza::feed
