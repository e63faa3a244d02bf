// SPDX-License-Identifier: MIT
// An instance's life, in order and out of it.
#include <initializer_list>
#include <thread>

#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

constexpr std::chrono::seconds kPatience{5};

void life(const Subject& subject) {
  Life life(subject);
  life.host.finish();
}

void busy_life(const Subject& subject) {
  Life life(subject);
  play(life.host);
  life.host.finish();
}

void never_started(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  Host& host = new_host(subject, library);
  const Outcome created = host.create(prepared.settings());
  require(created.status == XP_OK, created.text);
  host.destroy();
  host.settle();
  host.verify();
}

// Whatever the plugin says to a host that registers nothing, it can be destroyed then and leaves nothing.
void failed_start(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  for (const xp_status status : std::initializer_list<xp_status>{XP_INVALID, XP_INTERNAL, 4711}) {
    Host::Settings settings;
    settings.registering = status;
    Host& host = new_host(subject, library, settings);
    if (host.create(prepared.settings()).status != XP_OK) {
      host.settle();
      host.verify();
    } else if (host.start().status == XP_OK) {
      host.finish();
    } else {
      host.destroy();
      host.settle();
      host.verify();
    }
  }
}

void two_instances(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  Host::Settings other;
  other.domain = "other.localhost";
  other.prefix = "/other";
  Host& first = new_host(subject, library);
  Host& second = new_host(subject, library, other);
  run(first, prepared.settings());
  run(second, prepared.settings());
  play(first);
  play(second);
  first.finish();
  play(second);
  const auto routes = second.routes();
  for (const auto& route : routes) {
    const auto exchange = second.ask({"GET", route.path});
    require(second.answered(exchange, kPatience),
            "the other instance's end ended this one: it answers no more");
  }
  second.finish();
}

void thousand_times(const Subject& subject) {
  const Library library(subject.path);
  const Prepared prepared(subject);
  Host& host = new_host(subject, library);
  for (int i = 0; i < 1000; ++i) {
    const Outcome created = host.create(prepared.settings());
    require(created.status == XP_OK, "time " + std::to_string(i + 1) + ": " + created.text);
    host.destroy();
    host.settle();
    host.verify();
    host.revive();
  }
}

void loaded_again(const Subject& subject) {
  for (int i = 0; i < 5; ++i) busy_life(subject);
}

void no_time(const Subject& subject) {
  Life life(subject, {}, Endpoint::Manner::is_silent);
  for (const Stanza& stanza : stanzas(life.host)) life.host.offer(stanza);
  for (const Request& request : questions(life.host, "open")) life.host.ask(request);
  life.host.finish(std::chrono::milliseconds(0));
}

void draining(const Subject& subject) {
  Life life(subject, {}, Endpoint::Manner::is_silent);
  for (const Request& request : questions(life.host, "before")) life.host.ask(request);
  for (const Stanza& stanza : stanzas(life.host)) life.host.offer(stanza);
  life.host.drain(std::chrono::seconds(1));
  play(life.host);  // until destroy the host goes on serving calls
  require(life.host.done_within(std::chrono::seconds(1) + kPatience), "drain was never said to be done");
  play(life.host);
  require(life.host.all_ended(kPatience), "a request that came after done was not answered");
  for (const Stanza& stanza : hostile_stanzas(life.host)) life.host.offer(stanza);
  life.host.destroy();
  life.host.settle();
  life.host.verify();
}

void late_release(const Subject& subject) {
  Host::Settings settings;
  settings.late_release = true;
  Life life(subject, settings);
  play(life.host);
  life.host.finish();
}

void reload(const Subject& subject) {
  Life life(subject);
  life.host.reload(life.settings());
  const Outcome refused = life.host.reload(R"({"xp_check_unknown_key": 1})");
  require(refused.status != XP_OK, "reload takes a setting that there is not");
  play(life.host);
  life.host.finish();
}

}  // namespace

std::vector<Case> life_cases() {
  return {
      {"life", "create, start, drain and destroy follow each other, done is said once and in time", life},
      {"busy_life", "the same with requests and stanzas: each exchange is ended exactly once", busy_life},
      {"destroy_without_start", "an instance that was never started can be destroyed", never_started},
      {"failed_start", "a host that refuses every route and hook gets an error or an instance, and no crash",
       failed_start},
      {"two_instances", "two instances live side by side, and one goes on when the other has gone",
       two_instances},
      {"create_1000_times", "an instance can be created and destroyed a thousand times", thousand_times},
      {"load_again", "the library can be unloaded and loaded again after its work, five times", loaded_again},
      {"drain_in_no_time", "a drain of 0 ms ends with questions and calls to slow servers open", no_time},
      {"serve_while_draining", "requests and stanzas during and after a drain are served or refused",
       draining},
      {"late_release", "contexts may be released after destroy, on another thread", late_release},
      {"reload", "new settings for a running instance are taken, or refused with a reason", reload},
  };
}

}  // namespace restanza::check
