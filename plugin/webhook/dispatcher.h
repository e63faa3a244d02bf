// SPDX-License-Identifier: MIT
// The webhook side: which endpoints there are, how they change, and what their owner can see and steer. Owns
// the endpoints; what gives them stanzas is the App's, as the journal is.
// Threads: said with each function; `reply` runs on the posting threads, or on the one that calls `stop`,
// without a lock held, and in order within a conversation.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "journal/journal.h"
#include "subscription/fan_out/destination.h"
#include "subscription/fan_out/fan_out.h"
#include "webhook/endpoint.h"
#include "webhook/settings/settings.h"

namespace restanza::webhook {

class Dispatcher final : public journal::Sharer {
 public:
  // What is known of an endpoint right now.
  struct Report {
    std::string name;
    std::string origin;      // of its URL, safe to show
    std::string state;       // "active", "unreachable", "paused", "disabled", "draining backlog"
    std::string reason;      // of paused and disabled
    std::string last_error;  // of the latest failure; empty where the latest request went well
    size_t waiting = 0;      // in the queue, those at work included
    size_t at_work = 0;      // requests right now
    std::vector<std::string> public_keys;  // whpk_...
  };
  enum class Steered { ok, unknown, unchanged };

  static constexpr std::chrono::seconds kSweep{30};     // between looks for what has expired
  static constexpr std::chrono::seconds kNextSweep{1};  // where one look could not take all
  static constexpr size_t kPage = 1000;                 // deliveries that are read from the journal at once
  // What other settings have replaced or removed, and still ends its requests: at so many no more are
  // changed.
  static constexpr size_t kMaxRetiring = 64;
  static constexpr std::chrono::seconds kEndSoon{1};  // after a change, for what has ended at once

  // The settings have passed `check`, their names differ. What `deps` refers to must outlive the dispatcher,
  // as must `fan_out`, which gives the endpoints what they want.
  Dispatcher(const std::vector<Settings>& settings, EndpointDependencies deps, subscription::FanOut& fan_out);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // After the journal is open: takes over what it holds, and begins to deliver. Once, before `stop`.
  Result<void> start();

  // [any, one thread at a time] These endpoints from now on, compared by name. What did not change goes on
  // untouched. A changed one keeps its queue, as Endpoint::prepare says. A new one takes stanzas from now on,
  // and delivers once it has read what the journal holds under its name. A removed one as Endpoint::retire
  // says. Does not wait for any of this. An error, and nothing has changed: a drain has begun, kMaxRetiring
  // are still ending, or what waited for an endpoint that comes again is still being given up.
  Result<void> reconfigure(const std::vector<Settings>& settings);

  // [any] Begins no new delivery of what the journal keeps on disk; the rest is finished. `done` runs once,
  // when no request is under way and nothing waits that would be lost. What is kept on disk may still come.
  void drain(std::function<void()> done);

  // [any] While the way back to the host is full.
  void hold(bool held);

  // [any] Aborts what runs; what is not on disk is given up, with a stanza error to its sender. Does not
  // wait.
  void break_off();

  // The same, takes nothing any more, and waits for the threads. One thread at a time, and not from `reply`
  // or `done`. May wait for a name that is being resolved.
  void stop();

  void lost(const journal::Buckets& buckets) override;
  void came(const std::vector<journal::Delivery>& deliveries) override;
  void hold(const journal::Buckets& buckets) override;
  journal::Buckets busy() const override;
  void others_wrote(const std::vector<journal::EndpointStop>& stops) override;

  // [any] For people.
  std::vector<Report> report() const;
  Steered pause(const std::string& endpoint);
  Steered resume(const std::string& endpoint);
  // `then` runs on the journal's thread once it has committed what was steered before, so that it holds
  // whatever becomes of this process; or with an error: then it holds here, and goes on being tried.
  void when_kept(std::function<void(const Result<void>&)> then);
  // Posts a test event, apart from the queue; `then` runs on a thread of its own with what came of it.
  // Unchanged: such a test is under way, and `then` does not run.
  Steered test(const std::string& endpoint, std::function<void(const Outcome&)> then);

  // [any] All endpoints, and behind them those that were removed and are ending.
  std::vector<std::shared_ptr<subscription::Destination>> destinations() const;

 private:
  static constexpr const char* kPart = "endpoints";  // of the plugin, in the fan-out
  using Shared = std::shared_ptr<Endpoint>;
  struct Member {
    Shared endpoint;
    std::shared_ptr<const subscription::FanOut::Member> member;  // and what it wants
  };
  using Members = std::vector<Member>;
  struct Changes;
  static Member member_of(Shared endpoint, const Settings& settings);
  static subscription::FanOut::Members wanting(const Members& members);
  std::shared_ptr<const Members> members() const;
  std::vector<Shared> everyone() const;  // and those that were removed and end
  Shared find(const std::string& name) const;
  void show(const std::string& name) const;
  Result<void> compare(const std::vector<Settings>& settings, Changes& changes);
  Result<void> add(const Settings& settings, Changes& changes);
  Shared latest_retired(const std::string& name) const;
  void publish(std::shared_ptr<const Members> members, subscription::FanOut::Prepared&& wanting,
               const Changes& changes);
  void retire(Endpoint& endpoint) noexcept;
  void recover_late(const Shared& endpoint);
  void recover_page(const Shared& endpoint, journal::Seq beyond, const Endpoint::Reading& reading);
  void say_unread(const Endpoint& endpoint, const Error& error) const;
  void end_earlier();
  void end_retired();
  Result<void> recover();
  bool sweep();  // true: there is more to expire

  const EndpointDependencies deps_;
  subscription::FanOut& fan_out_;
  std::atomic<bool> started_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopped_{false};
  std::mutex changing_;       // of the list: not together with the begin of its end
  mutable std::mutex mutex_;  // of what follows
  std::shared_ptr<const Members> members_;
  std::vector<Shared> retired_;
  bool held_ = false;
  journal::Buckets held_back_;
};

}  // namespace restanza::webhook
