// SPDX-License-Identifier: MIT
#include "app.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "app_settings.h"
#include "base/guarded.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "feed/consumers.h"
#include "http/keeping.h"
#include "iq/reply_table.h"
#include "journal/journal.h"
#include "journal/stores/stores.h"
#include "rest/answers/reply.h"
#include "rest/resources.h"
#include "rest/sending/batch/media.h"
#include "subscription/fan_out/fan_out.h"
#include "subscription/fan_out/kept_deliveries.h"
#include "traffic/recorder.h"
#include "traffic/ring.h"
#include "webhook/dispatcher.h"
#include "webhook/http/transports.h"
#include "webhook/reply_route.h"
#include "xmpp/observed_sink.h"
#include "xmpp/stanza_consumers.h"

namespace restanza {
namespace {

// What the settings do not say.
AppSettings given_by(const AppDependencies& deps) {
  AppSettings given;
  given.resources.credentials.domain = deps.domain;
  given.resources.credentials.prefix = deps.prefix;
  given.journal.directory = deps.state_dir;
  given.journal.domain = deps.domain;
  return given;
}

// Of a drain's time, for requests that are broken off; and what these get however short it is.
constexpr std::chrono::milliseconds kBreakOff{500};
constexpr std::chrono::milliseconds kLeast{100};

}  // namespace

// Members stand in the order of their making: what is below uses what is above, and goes first.
class App::Impl {
 public:
  Impl(const AppDependencies& deps, const AppSettings& settings)
      : deps_(deps),
        settings_(settings),
        max_body_(settings.max_body),
        journal_(settings.journal, journal::kind_of(settings.journal.place()).open, deps.clock, deps.log),
        timer_(deps.clock, &deps.log),
        ring_(timer_, [this] { feed_.run(waker_); }),
        recorder_(ring_, deps.clock),
        replies_(settings.max_pending_iqs, timer_),
        observed_(deps.sink),
        route_(deps.domain, replies_, observed_, deps.log),
        fan_out_(journal_, replying(), deps.log, metrics_),
        webhook_(settings.webhooks.endpoints,
                 {journal_, replying(), timer_, deps.clock, deps.log, metrics_, webhook::http_transports(),
                  deps.max_stanza, &fan_out_.rooms(), &recorder_},
                 fan_out_),
        tickets_(journal_, timer_, deps.clock, deps.log),
        feed_(settings.updates.consumers,
              {journal_, replying(), fan_out_.rooms(), timer_, deps.clock, deps.log, metrics_}, fan_out_),
        waker_(std::make_shared<Waker>(ring_)),
        kept_(journal_, fan_out_, deps.clock, [this] { return destinations(); }),
        for_resources_{replies_,   archives_, observed_, journal_,     kept_,         webhook_,
                       feed_,      tickets_,  ring_,     recorder_,    deps.accounts, metrics_,
                       deps.clock, timer_,    deps.log,  deps_.link_up},
        resources_(resources_for(settings.resources)) {
    journal_.add(webhook_);
    journal_.add(feed_);
    consumers_.add(replies_);
    consumers_.add(archives_);
    consumers_.add(fan_out_, true);
    consumers_.observe(recorder_);
    observed_.add(fan_out_);
    observed_.add(feed_);
    observed_.add(recorder_);
    fan_out_.record_in(recorder_);
    recorder_.keep_bodies(settings.traffic_bodies);
    route_.tell_pressure([this](bool held) { webhook_.hold(held); });
    route_.count_dropped(
        metrics_.counter("restanza_webhook_replies_dropped_total",
                         "Replies of endpoints that found no room where they wait for the server"));
    metrics_.gauge("restanza_link_up", "Whether stanzas can leave", {},
                   [this] { return deps_.link_up() ? 1.0 : 0.0; });
    metrics_.gauge("restanza_iqs_pending", "Requests that wait for the answer to their iq", {},
                   [this] { return static_cast<double>(replies_.size()); });
    metrics_.gauge("restanza_journal_intake", "Stanzas that wait for their commit", {},
                   [this] { return static_cast<double>(journal_.waiting()); });
    metrics_.gauge("restanza_idempotency_keys", "Idempotency keys that are remembered", {},
                   [this] { return static_cast<double>(journal_.keys()); });
    metrics_.gauge("restanza_idempotency_bytes", "What these and their answers take up in the journal", {},
                   [this] { return static_cast<double>(journal_.key_bytes()); });
  }

  // The timer first: at the deadline of a drain it stops the webhook too, and may still be at it when `done`
  // has been heard. Then whoever still asks the journal for something.
  ~Impl() { stop(); }

  // Each step whatever became of those before, for the host cannot do without any. All can be repeated.
  // After a drain nobody waits any more, unless it could not begin.
  void stop() noexcept {
    until_done("ending iqs that wait", [this] { replies_.drain(); });
    until_done("refusing who waits", [this] { refuse_waiting(); });
    until_done("the end of batches", [this] { for_resources_.batches->break_off(); });
    until_done("the end of those who ask", [this] { feed_.stop(); });
    until_done("the end of the timer", [this] { timer_.stop(); });
    fan_out_.stop();
    until_done("the end of the endpoints", [this] { webhook_.stop(); });
    until_done("the end of the journal", [this] { journal_.stop(); });
  }

  Result<void> start() {
    if (auto opened = journal_.open(); !opened) return opened;
    if (auto started = feed_.start(); !started) return started;
    if (auto started = tickets_.start(); !started) return started;
    if (auto started = webhook_.start(); !started) return started;
    timer_.start();
    journal_.share(deps_.link_up);
    current()->idempotency.forget_old_keys();
    kept_.purge();
    timer_.every(subscription::KeptDeliveries::kPurge, [this] { kept_.purge(); });
    timer_.every(kKeyPurge, [this] { current()->idempotency.forget_old_keys(); });
    timer_.every(kEndpointsAgain, [this] { change_endpoints(); });
    return {};
  }

  const AppDependencies& deps() const { return deps_; }
  const AppSettings& settings() const { return settings_; }  // for the thread that reloads
  size_t max_body() const { return max_body_; }

  void handle(http::Exchange exchange, http::Request request) {
    const auto resources = current();
    if (draining_) {
      return rest::refuse(resources->router.counted(std::move(exchange), request), request,
                          rest::refused::later("The server is shutting down"));
    }
    resources->router.handle(http::keeping(std::move(exchange), resources), std::move(request));
  }

  // The resources first: what they refuse from now on must not depend on the endpoints. Those that were
  // replaced stay until no request needs them, and are looked through at the next time.
  void replace(AppSettings settings) {
    static_assert(std::is_nothrow_move_assignable_v<AppSettings>);
    std::list<std::shared_ptr<const rest::Resources>> made{resources_for(settings.resources)};
    auto endpoints = std::make_shared<const Endpoints>(settings.webhooks.endpoints);
    {
      // What may fail has been done.
      settings_ = std::move(settings);
      recorder_.keep_bodies(settings_.traffic_bodies);
      const std::lock_guard<std::mutex> lock(mutex_);
      replaced_.remove_if([](const auto& one) { return one.use_count() == 1; });
      resources_.swap(made.front());
      replaced_.splice(replaced_.end(), made);
      wanted_ = std::move(endpoints);
      said_late_ = false;
    }
    feed_.streams().end_all();  // who follows comes again, with credentials that hold now
    change_endpoints();
  }

  Offer offer(xmpp::Stanza&& stanza, const std::function<void()>& room, const std::function<void()>& kept) {
    return consumers_.offer(std::move(stanza), room, kept);
  }

  // Where the deadline cannot be set this throws, and nothing has begun. From then on nothing is thrown, for
  // `done` will be said: what cannot be done at once is done at the deadline.
  void drain(std::chrono::milliseconds within, std::function<void()> done) {
    auto once = std::make_shared<std::atomic<bool>>(false);
    const std::function<void()> finish = [once, done = std::move(done)] {
      if (!once->exchange(true)) done();
    };
    const auto patience = within > 2 * kBreakOff ? within - kBreakOff : within / 2;
    const auto rest = std::max(within - patience, kLeast);
    const auto deadline = [this, finish, rest, broken_off = false]() mutable -> std::optional<Instant> {
      if (broken_off) {  // what is still open cannot be: a name is being resolved
        finish();
        return std::nullopt;
      }
      broken_off = true;
      until_done("ending iqs that wait", [this] { replies_.drain(); });
      until_done("refusing who waits", [this] { refuse_waiting(); });
      until_done("breaking off batches", [this] { for_resources_.batches->break_off(); });
      until_done("breaking off requests", [this] { webhook_.break_off(); });
      return timer_.now() + rest;
    };
    timer_.repeat(timer_.now() + patience, deadline);
    draining_ = true;
    guarded(deps_.log, "ending iqs that wait", [this] { replies_.drain(); });
    guarded(deps_.log, "refusing who waits", [this] { refuse_waiting(); });
    guarded(deps_.log, "ending those who ask", [this] { feed_.drain(); });
    guarded(deps_.log, "ending batches", [this] { for_resources_.batches->stop(); });
    fan_out_.drain();
    guarded(deps_.log, "a drain", [&] {
      webhook_.drain([this, finish] { until_done("a drain's end", [&] { route_.when_empty(finish); }); });
    });
  }

 private:
  using Endpoints = std::vector<webhook::Settings>;

  // Tells the readers of the traffic, on the thread that reads.
  class Waker final : public feed::ReadThread::Task {
   public:
    explicit Waker(traffic::Ring& ring) : ring_(ring) {}

   private:
    void run() override { ring_.tell(); }
    traffic::Ring& ring_;
  };

  static constexpr std::chrono::hours kKeyPurge{1};
  static constexpr std::chrono::seconds kEndpointsAgain{1};  // for those that could not change yet

  // To those of the latest settings, where they have not changed yet. On the thread of a reload or the
  // timer's; one of the two does it, and sees what the other brings meanwhile.
  void change_endpoints() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changing_) return;
    changing_ = true;
    while (wanted_) {
      const auto wanted = std::exchange(wanted_, nullptr);
      lock.unlock();
      Result<void> changed = Error{};
      guarded(deps_.log, "a change of endpoints", [&] { changed = webhook_.reconfigure(*wanted); });
      lock.lock();
      if (changed || wanted_) continue;
      wanted_ = wanted;
      if (std::exchange(said_late_, true) || changed.error().text.empty()) break;
      lock.unlock();
      guarded(deps_.log, "a change of endpoints", [&] {
        deps_.log.warn("the endpoints change as soon as they can; until then they stay as they are: " +
                       changed.error().text);
      });
      lock.lock();
      break;
    }
    changing_ = false;
  }

  template <class Work>
  void until_done(const char* what, Work&& work) noexcept {
    guarded_until_done(deps_.log, what, std::forward<Work>(work));
  }

  std::vector<std::shared_ptr<subscription::Destination>> destinations() const {
    auto all = webhook_.destinations();
    for (auto& each : feed_.destinations()) all.push_back(std::move(each));
    return all;
  }

  subscription::FanOut::Reply replying() {
    return [this](xmpp::Stanza reply, std::function<void()> handed) {
      route_.send(std::move(reply), std::move(handed));
    };
  }

  // Those who wait to hear of their credentials, and keep the resources that would tell them.
  void refuse_waiting() {
    current()->credentials.drain();
    for (const auto& one : replaced()) one->credentials.drain();
  }

  std::shared_ptr<const rest::Resources> resources_for(const rest::Resources::Settings& settings) const {
    return std::make_shared<const rest::Resources>(settings, for_resources_);
  }
  std::shared_ptr<const rest::Resources> current() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return resources_;
  }
  std::list<std::shared_ptr<const rest::Resources>> replaced() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return replaced_;
  }

  const AppDependencies deps_;
  AppSettings settings_;  // in force, or will be with the endpoints that follow
  const size_t max_body_;
  Metrics metrics_;  // these two before all whose exchanges may end through them
  journal::Journal journal_;
  Timer timer_;
  traffic::Ring ring_;
  traffic::Recorder recorder_;
  iq::ArchiveQueries archives_;
  iq::ReplyTable replies_;  // what waits there uses the archives
  xmpp::ObservedSink observed_;
  webhook::ReplyRoute route_;
  subscription::FanOut fan_out_;
  webhook::Dispatcher webhook_;
  rest::Tickets tickets_;
  feed::Consumers feed_;
  const std::shared_ptr<Waker> waker_;
  subscription::KeptDeliveries kept_;
  xmpp::StanzaConsumers consumers_;  // in the order in which they are asked
  const rest::ResourceDependencies for_resources_;
  mutable std::mutex mutex_;  // of what follows
  std::shared_ptr<const rest::Resources> resources_;
  std::list<std::shared_ptr<const rest::Resources>> replaced_;
  std::shared_ptr<const Endpoints> wanted_;  // null: they are as the latest settings have them
  bool changing_ = false;                    // a thread is at it
  bool said_late_ = false;                   // the log has heard that they cannot change yet
  std::atomic<bool> draining_{false};
};

Result<std::unique_ptr<App>> App::make(const AppDependencies& deps, std::string_view settings_json) {
  const auto settings = read_settings(settings_json, given_by(deps));
  if (!settings) return settings.error();
  return std::unique_ptr<App>(new App(std::make_unique<Impl>(deps, *settings)));
}

Result<void> App::reload(std::string_view settings_json) {
  std::vector<std::string> kept;
  auto settings = read_settings_again(settings_json, given_by(impl_->deps()), impl_->settings(), kept);
  if (!settings) return settings.error();
  std::string names;
  for (const std::string& key : kept) names += (names.empty() ? "'" : "', '") + key;
  if (!names.empty())
    names += "' cannot change while the plugin runs: restart it for these; everything else is taken";
  const bool another_secret = impl_->settings().resources.credentials.component_secret !=
                              settings->resources.credentials.component_secret;
  impl_->replace(std::move(*settings));
  // Nobody else can tell where it stands in a file of its own, whose name is the same.
  if (another_secret) impl_->deps().log.info("the component's secret is another one from now on");
  if (!names.empty()) impl_->deps().log.warn(names);
  return {};
}

Result<std::string> App::report(const std::string& state_dir, const Clock& clock) {
  if (state_dir.empty()) return std::string();
  const journal::StorePlace place{state_dir, {}, {}};
  return journal::kind_of(place).report(place, clock);
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() = default;
Result<void> App::start() {
  return impl_->start();
}
size_t App::max_body() const {
  return impl_->max_body();
}
uint64_t App::longest_stream(std::string_view method, std::string_view path, std::string_view type) {
  return rest::longest_batch(method, path, type);
}
void App::handle(http::Exchange exchange, http::Request request) {
  impl_->handle(std::move(exchange), std::move(request));
}
App::Offer App::offer(xmpp::Stanza&& stanza, const std::function<void()>& room,
                      const std::function<void()>& kept) {
  return impl_->offer(std::move(stanza), room, kept);
}
void App::drain(std::chrono::milliseconds within, std::function<void()> done) {
  impl_->drain(within, std::move(done));
}
void App::stop() noexcept {
  impl_->stop();
}

}  // namespace restanza
