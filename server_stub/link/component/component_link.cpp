// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/component/component_link.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/thread.h"
#include "link/component/login_advice.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/jid.h"
#include "xmpp/stanza_error.h"

namespace restanza::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{60000};
constexpr milliseconds kDropLineEvery{10000};
constexpr milliseconds kAfterFailure{20};                           // until the next turn
constexpr std::chrono::nanoseconds::rep kNanoseconds = 1000000000;  // of a second
// How long stanzas gather for one write where they come faster than they are written one by one. Each write
// wakes this thread and the server; at 100,000 stanzas a second that took a tenth of two cores with 0.2 ms.
constexpr std::chrono::milliseconds kGathering{1};

// What the attributes say must be what the text is: a server ends the stream over an iq without an id.
bool consistent(const xmpp::Stanza& stanza) {
  const std::string start = std::string("<") + xmpp::name_of(stanza.kind);
  if (stanza.xml.compare(0, start.size(), start) != 0) return false;
  return stanza.kind != xmpp::Kind::iq || stanza.is_valid_iq();
}

// Servers compare the sender's address as it is written, so it goes out prepared.
bool rewrite_from(xmpp::Stanza& stanza, const std::string& from) {
  const auto document = xml::parse(stanza.xml);
  if (!document) return false;
  document->root().set_attribute("from", from);
  stanza.xml = xml::write(document->root());
  stanza.from = from;
  return true;
}

std::string waiting(size_t stanzas) {
  return std::to_string(stanzas) + (stanzas == 1 ? " stanza waits" : " stanzas wait");
}

std::string seconds(milliseconds time) {
  const auto tenths = (time.count() + 99) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

ComponentLink::ComponentLink(ComponentSettings settings, Inbound& inbound, Log& log, const Clock& clock,
                             ComponentEvents events)
    : settings_(std::move(settings)),
      inbound_(inbound),
      log_(log),
      clock_(clock),
      events_(std::move(events)),
      service_({settings_.domain, "component", "generic", {}}, clock),
      wakeup_(std::make_shared<Wakeup>()),
      queue_(settings_.queue, wakeup_),
      backoff_(settings_.first_retry, settings_.longest_retry),
      next_attempt_(clock.now()),
      next_drop_line_(clock.now()),
      close_by_(Instant::max()) {}

ComponentLink::~ComponentLink() {
  close(milliseconds(0), nullptr);
  if (thread_.joinable()) thread_.join();
}

void ComponentLink::start() {
  thread_ = start_thread("rz-link", [this] { run(); });
}

xp_status ComponentLink::send(xmpp::Stanza stanza, std::function<void()> writable) {
  // The text goes out as it is: what has no namespace in it is in the stream's own.
  if (stanza.xml.size() > settings_.max_stanza) return XP_TOO_BIG;
  if (!consistent(stanza)) return XP_INVALID;
  const auto from = xmpp::prepared(stanza.from);
  if (!from || xmpp::domain_of(*from) != settings_.domain) return XP_DENIED;
  if (*from != stanza.from) {
    if (!rewrite_from(stanza, *from)) return XP_INVALID;
    if (stanza.xml.size() > settings_.max_stanza) return XP_TOO_BIG;
  }
  const bool request = stanza.is_request();
  switch (queue_.push(std::move(stanza.xml), request, std::move(writable))) {
    case OutQueue::Push::taken:
      return XP_OK;
    case OutQueue::Push::would_block:
      return XP_WOULD_BLOCK;
    case OutQueue::Push::ended:
      break;
  }
  return XP_GONE;
}

void ComponentLink::post(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return;
    posted_.push_back(std::move(work));
  }
  wakeup_->wake();
}

void ComponentLink::close(milliseconds within, std::function<void(size_t unsent)> done) {
  queue_.end();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    close_by_ = std::min(close_by_, clock_.now() + within);
    if (done) closed_ = std::move(done);
  }
  // What waits for a connection gets one more chance before the deadline.
  const auto try_once_more = [this] {
    backoff_.reset();
    next_attempt_ = clock_.now();
  };
  if (!guarded(log_, "the end of a link", [&] { post(try_once_more); })) wakeup_->wake();
}

// What is thrown, as a rule for want of memory, costs no more than a turn.
void ComponentLink::run() {
  for (bool end = false; !end;) {
    const bool done = guarded(log_, "a turn of the link", [&] {
      end = finished();
      if (!end) take_turn();
    });
    if (done) continue;
    std::this_thread::sleep_for(kAfterFailure);
    wakeup_->wake();  // nobody else will say again what this turn left out
  }
  finish();
}

void ComponentLink::take_turn() {
  const short events = wait();
  run_posted();
  const uint64_t before = queue_.written();
  advance(events);
  crowded_ = queue_.written() > before + 1;
  for (const auto& writable : queue_.due()) guarded(log_, "telling that a link has room", writable);
}

short ComponentLink::wait() {
  Instant until = clock_.now() + kLongestWait;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    until = std::min(until, close_by_);
  }
  if (session_) until = std::min(until, session_->deadline());
  if (!session_ && !resolution_ && !refused_) until = std::min(until, next_attempt_);
  auto left = std::max(std::chrono::nanoseconds(until - clock_.now()), std::chrono::nanoseconds(0));
  pollfd watched[2] = {{wakeup_->descriptor(), POLLIN, 0}, {-1, 0, 0}};
  if (session_) watched[1] = {session_->descriptor(), session_->wanted(), 0};
  if (session_ && up_ && inbound_.has_enough()) {  // the server keeps what its socket holds
    watched[1].events = static_cast<short>(watched[1].events & ~POLLIN);
    left = std::min<std::chrono::nanoseconds>(left, Inbound::kAskAgain);
  }
  if (crowded_) {  // what comes meanwhile goes out at once, and wakes nobody
    watched[0].fd = -1;
    left = std::min<std::chrono::nanoseconds>(left, kGathering);
  }
  const timespec time{static_cast<time_t>(left.count() / kNanoseconds),
                      static_cast<long>(left.count() % kNanoseconds)};
  ppoll(watched, 2, &time, nullptr);
  if (crowded_ || watched[0].revents != 0) wakeup_->clear();
  return watched[1].revents;
}

void ComponentLink::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    work.swap(posted_);
  }
  for (const auto& run : work) guarded(log_, "what was posted to a link", run);
}

void ComponentLink::advance(short events) {
  if (session_) {
    // Where this throws nobody knows how far it got in the stream.
    if (!guarded(log_, "reading from the server", [&] { session_->pump(events); })) {
      session_.reset();
      guarded_until_done(log_, "the end of a connection", [&] { lost("there was no memory", {}); });
    }
  } else if (resolution_) {
    const auto addresses = resolution_->outcome();
    if (!addresses) return;
    resolution_.reset();
    log_in(*addresses);
  } else if (!refused_ && clock_.now() >= next_attempt_) {
    resolution_ = Resolution::start(settings_.host, settings_.port, wakeup_);
    if (resolution_->outcome()) wakeup_->wake();
  }
  if (session_ && session_->over()) {
    const std::unique_ptr<ComponentSession> over = std::move(session_);
    refused_ = over->not_authorized() && !been_up_;
    guarded_until_done(log_, "the end of a connection",
                       [&] { logging_out_ ? logged_out() : lost(over->why(), over->cause()); });
  }
}

void ComponentLink::log_in(const Resolution::Outcome& addresses) {
  if (!addresses) return lost(addresses.error().text, cause::kUnreachable);
  session_ = std::make_unique<ComponentSession>(
      SessionSettings{settings_.domain, settings_.secret, settings_.times, settings_.login}, *addresses,
      queue_, clock_,
      ComponentSession::Handlers{[this] { accepted(); },
                                 [this](const xml::Document& element) { received(element); },
                                 [this](const char*) { drop(); }});
}

void ComponentLink::accepted() {
  backoff_.reset();
  queue_.open(true);
  up_ = true;
  log_.info("component " + settings_.domain + " is logged in" + (been_up_ ? " again" : "") +
            told_of_absence());
  said_.clear();
  if (!been_up_ && events_.ready) events_.ready();
  been_up_ = true;
}

std::string ComponentLink::told_of_absence() const {
  if (said_.empty()) return {};
  return ", after " + seconds(std::chrono::duration_cast<milliseconds>(clock_.now() - away_since_)) + "; " +
         waiting(queue_.size());
}

// One line for one reason, however often it is tried: the others are for debugging.
void ComponentLink::lost(const std::string& why, const std::string& cause) {
  queue_.open(false);
  up_ = false;
  const std::string advice = advice_for(cause);
  const std::string line = "component " + settings_.domain + " is not connected to " + settings_.host + ":" +
                           std::to_string(settings_.port) + ": " + why +
                           (advice.empty() ? "" : ": " + advice);
  if (refused_) {
    log_.error(line);
    if (events_.refused) events_.refused();
    return;
  }
  const milliseconds pause = backoff_.next();
  next_attempt_ = clock_.now() + pause;
  if (said_.empty()) away_since_ = clock_.now();
  const Level level = std::exchange(said_, why) == why ? Level::debug : Level::warn;
  log_.write(level, line + "; it is tried again until it succeeds, next in " + seconds(pause) + "; " +
                        waiting(queue_.size()));
}

void ComponentLink::logged_out() {
  up_ = false;
  log_.info("component " + settings_.domain + " is logged out");
}

bool ComponentLink::finished() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!closing_) return false;
    if (clock_.now() >= close_by_) return true;
  }
  if (queue_.size() > 0) return refused_;
  if (!up_) return true;
  session_->end_stream();
  logging_out_ = true;
  return false;
}

void ComponentLink::finish() {
  session_.reset();
  up_ = false;
  std::function<void(size_t)> done;
  std::vector<std::function<void()>> dropped;  // freed outside the lock
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    done = std::move(closed_);
    dropped.swap(posted_);
  }
  if (done) guarded(log_, "telling of a link's end", [&] { done(queue_.size()); });
}

// A stanza for which there is no memory is refused like one for which the plugin has no room.
void ComponentLink::received(const xml::Document& element) {
  if (guarded(log_, "a stanza from the server", [&] { take(element); })) return;
  guarded_until_done(log_, "refusing a stanza from the server", [&] {
    const auto stanza = xmpp::to_stanza(element.root());
    if (stanza && !stanza->from.empty() && !stanza->to.empty()) settle(*stanza, Offer::refused);
  });
}

void ComponentLink::take(const xml::Document& element) {
  auto stanza = xmpp::to_stanza(element.root());
  if (!stanza) return log_.debug("component " + settings_.domain + ": " + stanza.error().text);
  if (stanza->from.empty() || stanza->to.empty()) {
    return log_.debug("component " + settings_.domain + ": a stanza without both addresses was dropped");
  }
  // Only this component speaks for its domain, so such a stanza is one of the plugin's own.
  const bool injected = xmpp::domain_of(stanza->from) == settings_.domain;
  inbound_.offer(std::move(*stanza), injected,
                 [this](const xmpp::Stanza& offered, Offer offer) { settle(offered, offer); });
}

void ComponentLink::settle(const xmpp::Stanza& stanza, Offer offer) {
  if (offer == Offer::taken) return;
  if (offer == Offer::passed) {
    if (auto answer = service_.answer(stanza)) reply(std::move(*answer));
    return;
  }
  if (xmpp::may_be_refused(stanza)) {
    reply(xmpp::error_reply(stanza, {"wait", "resource-constraint", ""}));
  } else {
    drop();
  }
}

void ComponentLink::reply(xmpp::Stanza stanza) {
  if (send(std::move(stanza), nullptr) != XP_OK) drop();
}

void ComponentLink::drop() {
  const uint64_t count = ++dropped_;
  if (clock_.now() < next_drop_line_) return;
  next_drop_line_ = clock_.now() + kDropLineEvery;
  log_.warn("component " + settings_.domain +
            " could not take everything; stanzas dropped so far: " + std::to_string(count));
}

}  // namespace restanza::host
