// SPDX-License-Identifier: MIT
#include "app.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "app_settings.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "http/keeping.h"
#include "iq/reply_table.h"
#include "journal/journal.h"
#include "journal/sqlite/store.h"
#include "rest/answers/reply.h"
#include "rest/resources.h"
#include "webhook/consumer.h"
#include "webhook/dispatcher.h"
#include "webhook/http/transports.h"
#include "webhook/reply_route.h"
#include "xmpp/observed_sink.h"
#include "xmpp/stanza_consumers.h"

namespace restanza {
namespace {

// What the settings do not say.
AppSettings given_by(const World& world) {
  AppSettings given;
  given.resources.credentials.domain = world.domain;
  given.resources.credentials.prefix = world.prefix;
  given.journal.directory = world.state_dir;
  return given;
}

// Of a drain's time, for requests that are broken off; and what these get however short it is.
constexpr std::chrono::milliseconds kBreakOff{500};
constexpr std::chrono::milliseconds kLeast{100};

}  // namespace

// Members stand in the order of their making: what is below uses what is above, and goes first.
class App::Impl {
 public:
  Impl(const World& world, const AppSettings& settings)
      : world_(world),
        max_body_(settings.max_body),
        journal_(settings.journal, journal::SqliteStore::open, world.clock, world.log),
        timer_(world.clock, &world.log),
        replies_(settings.max_pending_iqs, timer_),
        observed_(world.sink),
        route_(world.domain, replies_, observed_, world.log),
        webhook_(settings.webhooks.endpoints,
                 {journal_,
                  [this](xmpp::Stanza reply, std::function<void()> handed) {
                    route_.send(std::move(reply), std::move(handed));
                  },
                  timer_, world.clock, world.log, metrics_, webhook::http_transports()}),
        endpoints_(webhook_),
        resources_(resources_for(settings.resources)) {
    consumers_.add(replies_);
    consumers_.add(archives_);
    consumers_.add(endpoints_);
    observed_.add(endpoints_);
    route_.tell_pressure([this](bool held) { webhook_.hold(held); });
    metrics_.gauge("restanza_link_up", "Whether stanzas can leave", {},
                   [this] { return world_.link_up() ? 1.0 : 0.0; });
    metrics_.gauge("restanza_iqs_pending", "Requests that wait for the answer to their iq", {},
                   [this] { return static_cast<double>(replies_.size()); });
    metrics_.gauge("restanza_journal_intake", "Stanzas that wait for their commit", {},
                   [this] { return static_cast<double>(journal_.waiting()); });
  }

  // The timer first: at the deadline of a drain it stops the webhook too, and may still be at it when `done`
  // has been heard. Then whoever still asks the journal for something.
  ~Impl() { stop(); }

  void stop() {
    refuse_waiting();
    timer_.stop();
    webhook_.stop();
    journal_.stop();
  }

  Result<void> start() {
    if (auto opened = journal_.open(); !opened) return opened;
    if (auto started = webhook_.start(); !started) return started;
    timer_.start();
    current()->idempotency.forget_old_keys();
    timer_.every(kKeyPurge, [this] { current()->idempotency.forget_old_keys(); });
    return {};
  }

  const World& world() const { return world_; }
  size_t max_body() const { return max_body_; }

  void handle(http::Exchange exchange, http::Request request) {
    const auto resources = current();
    if (draining_) {
      return rest::refuse(resources->router.counted(std::move(exchange), request), request,
                          rest::refused::later("The server is shutting down"));
    }
    resources->router.handle(http::keeping(std::move(exchange), resources), std::move(request));
  }

  // Those that were replaced stay until no request needs them, and are looked through at the next time.
  Result<void> replace(const AppSettings& settings) {
    std::list<std::shared_ptr<const rest::Resources>> made{resources_for(settings.resources)};
    if (auto changed = webhook_.reconfigure(settings.webhooks.endpoints); !changed) return changed;
    // What may fail has been done.
    const std::lock_guard<std::mutex> lock(mutex_);
    replaced_.remove_if([](const auto& one) { return one.use_count() == 1; });
    resources_.swap(made.front());
    replaced_.splice(replaced_.end(), made);
    return {};
  }

  Offer offer(xmpp::Stanza&& stanza, const std::function<void()>& room) {
    return consumers_.offer(std::move(stanza), room);
  }

  void drain(std::chrono::milliseconds within, std::function<void()> done) {
    draining_ = true;
    replies_.drain();
    refuse_waiting();
    auto once = std::make_shared<std::atomic<bool>>(false);
    auto finish = [once, done = std::move(done)] {
      if (!once->exchange(true)) done();
    };
    const auto patience = within > 2 * kBreakOff ? within - kBreakOff : within / 2;
    timer_.after(patience, [this, finish, rest = std::max(within - patience, kLeast)] {
      webhook_.break_off();
      timer_.after(rest, finish);  // for a request that cannot be broken off: a name is being resolved
    });
    webhook_.drain([this, finish] { route_.when_empty(finish); });
  }

 private:
  static constexpr std::chrono::hours kKeyPurge{1};

  // Those who wait to hear of their credentials, and keep the resources that would tell them.
  void refuse_waiting() {
    current()->credentials.drain();
    for (const auto& one : replaced()) one->credentials.drain();
  }

  std::shared_ptr<const rest::Resources> resources_for(const rest::Resources::Settings& settings) {
    return std::make_shared<const rest::Resources>(
        settings, rest::Resources::World{replies_, archives_, observed_, journal_, webhook_, world_.accounts,
                                         metrics_, world_.clock, timer_, world_.log, world_.link_up});
  }
  std::shared_ptr<const rest::Resources> current() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return resources_;
  }
  std::list<std::shared_ptr<const rest::Resources>> replaced() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return replaced_;
  }

  const World world_;
  const size_t max_body_;
  Metrics metrics_;  // these two before all whose exchanges may end through them
  journal::Journal journal_;
  Timer timer_;
  iq::ArchiveQueries archives_;
  iq::ReplyTable replies_;  // what waits there uses the archives
  xmpp::ObservedSink observed_;
  webhook::ReplyRoute route_;
  webhook::Dispatcher webhook_;
  webhook::Consumer endpoints_;
  xmpp::StanzaConsumers consumers_;  // in the order in which they are asked
  mutable std::mutex mutex_;         // of these two
  std::shared_ptr<const rest::Resources> resources_;
  std::list<std::shared_ptr<const rest::Resources>> replaced_;
  std::atomic<bool> draining_{false};
};

Result<std::unique_ptr<App>> App::make(const World& world, std::string_view settings_json) {
  const auto settings = read_settings(settings_json, given_by(world));
  if (!settings) return settings.error();
  return std::unique_ptr<App>(new App(std::make_unique<Impl>(world, *settings), std::string(settings_json)));
}

Result<std::vector<std::string>> App::reload(std::string_view settings_json) {
  const auto settings = read_settings(settings_json, given_by(impl_->world()));
  if (!settings) return settings.error();
  auto fixed = restart_keys(settings_, settings_json);
  if (!fixed.empty()) return fixed;
  std::string taken(settings_json);
  if (auto replaced = impl_->replace(*settings); !replaced) return replaced.error();
  settings_.swap(taken);
  return fixed;
}

App::App(std::unique_ptr<Impl> impl, std::string settings)
    : impl_(std::move(impl)), settings_(std::move(settings)) {}
App::~App() = default;
Result<void> App::start() {
  return impl_->start();
}
size_t App::max_body() const {
  return impl_->max_body();
}
void App::handle(http::Exchange exchange, http::Request request) {
  impl_->handle(std::move(exchange), std::move(request));
}
App::Offer App::offer(xmpp::Stanza&& stanza, const std::function<void()>& room) {
  return impl_->offer(std::move(stanza), room);
}
void App::drain(std::chrono::milliseconds within, std::function<void()> done) {
  impl_->drain(within, std::move(done));
}
void App::stop() {
  impl_->stop();
}

}  // namespace restanza
