// SPDX-License-Identifier: MIT
// Hosts without room, and accounts whose check takes its time.
#include <atomic>
#include <deque>
#include <initializer_list>
#include <mutex>

#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

using std::chrono::milliseconds;

void never_room(const Subject& subject) {
  Life life(subject);
  life.host.on_send = [](const std::string&, const Host::Retry&) { return XP_WOULD_BLOCK; };
  life.host.on_write = [](Exchange&) { return XP_WOULD_BLOCK; };
  play(life.host);
  life.host.finish(milliseconds(500));
}

void room_at_once(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  std::atomic<int> count{0};
  host.on_send = [&count](const std::string&, const Host::Retry& retry) {
    if (++count % 4 == 0) return XP_OK;
    if (retry) retry->say_writable();
    return XP_WOULD_BLOCK;
  };
  host.on_write = [&host, &count](Exchange& exchange) {
    if (++count % 4 == 0) return XP_OK;
    host.make_room(exchange.self.lock());
    return XP_WOULD_BLOCK;
  };
  play(host);
  host.finish();
}

void room_later(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  std::atomic<int> count{0};
  host.on_send = [&count](const std::string&, const Host::Retry&) {
    return ++count % 2 ? XP_WOULD_BLOCK : XP_OK;
  };
  play(host);
  for (int i = 0; i < 20; ++i) host.retry_all();
  host.drain(std::chrono::seconds(1));
  for (int i = 0; i < 20; ++i) host.retry_all();
  require(host.done_within(std::chrono::seconds(6)), "drain was never said to be done");
  host.destroy();
  host.settle();
  host.verify();
}

// More at once than a plugin has room for: each stanza is taken, passed or refused, and none has to wait
// long.
void flood(const Subject& subject) {
  constexpr int kStanzas = 5000;
  Life life(subject);
  Host& host = life.host;
  const std::string to = "bot@" + host.settings().domain;
  at_once(2, [&](int n) {
    for (int i = 0; i < kStanzas; ++i) {
      const std::string number = std::to_string(n) + "-" + std::to_string(i);
      host.offer_until_taken(
          {XP_MESSAGE, "chat", "user" + number + "@localhost/r", to, number, "<body>Hi</body>"});
      if (i % 100 == 0) host.verify();
    }
  });
  host.finish();
}

}  // namespace

std::vector<Case> pressure_cases() {
  return {
      {"never_room", "a host without room for ever does not keep a drain from ending in time", never_room},
      {"room_inside_the_call", "writable may be said inside the call that finds no room", room_at_once},
      {"flood", "a hook that is busy resumes within 5 s, and none is busy for ever", flood},
      {"room_later", "what found no room is tried again, or given up", room_later},
  };
}

namespace {

// Verdicts that a case gives when it wants to.
class Held {
 public:
  explicit Held(Host& host) {
    host.on_check = [this](const Host::Verdict& verdict) {
      const std::lock_guard<std::mutex> lock(mutex_);
      held_.push_back(verdict);
    };
  }
  void give(xp_status status) {
    std::deque<Host::Verdict> given;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      given.swap(held_);
    }
    for (const auto& verdict : given) verdict(status);
  }

 private:
  std::mutex mutex_;
  std::deque<Host::Verdict> held_;
};

void ask_all(Host& host) {
  for (const Request& request : requests(host)) host.ask(request);
  for (const Request& request : questions(host, "who")) host.ask(request);
}

void early(const Subject& subject) {
  for (const xp_status status : std::initializer_list<xp_status>{XP_OK, XP_DENIED, XP_INTERNAL, 4711}) {
    Life life(subject);
    life.host.on_check = [status](const Host::Verdict& verdict) { verdict(status); };
    play(life.host);
    life.host.finish();
  }
}

void late(const Subject& subject) {
  for (const xp_status status : std::initializer_list<xp_status>{XP_OK, XP_DENIED, XP_INTERNAL, 4711}) {
    Life life(subject);
    Held held(life.host);
    ask_all(life.host);
    at_once(2, [&](int) { held.give(status); });
    answer_everything(life.host);
    life.host.finish();
  }
}

void in_a_drain(const Subject& subject) {
  Life life(subject);
  Held held(life.host);
  ask_all(life.host);
  life.host.drain(std::chrono::seconds(1));
  held.give(XP_OK);
  require(life.host.done_within(std::chrono::seconds(6)), "drain was never said to be done");
  life.host.destroy();
  life.host.settle();
  life.host.verify();
}

void after_the_end(const Subject& subject) {
  Life life(subject);
  Held held(life.host);
  ask_all(life.host);
  life.host.finish(milliseconds(300));
  held.give(XP_OK);  // the host gives every verdict before it unloads the library
  life.host.verify();
}

void gone_meanwhile(const Subject& subject) {
  Life life(subject);
  Held held(life.host);
  std::vector<ExchangePtr> exchanges;
  for (const Request& request : questions(life.host, "left")) exchanges.push_back(life.host.ask(request));
  for (const auto& exchange : exchanges) life.host.leave(exchange);
  held.give(XP_OK);
  life.host.finish();
}

}  // namespace

std::vector<Case> password_cases() {
  return {
      {"verdicts_early", "a verdict on a password or a token may come inside the call that asks for it",
       early},
      {"verdicts_late", "it may come later, on another thread", late},
      {"verdicts_in_a_drain", "it may come during a drain", in_a_drain},
      {"verdicts_after_destroy", "it may come when the instance is gone, and a drain does not wait for it",
       after_the_end},
      {"verdicts_for_nobody", "the client may have left meanwhile", gone_meanwhile},
  };
}

}  // namespace restanza::check
