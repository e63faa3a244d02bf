// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

std::string stanza(const char* id) {
  return std::string("<message id='") + id + "' from='alice@localhost' to='hostile.localhost'/>";
}

void same_process(Session& s) {
  s.is_ready();
  s.goes_on(rules::kLife);
  s.offer(stanza("one"));
  s.require(!s.reported("stanza", 1).empty(), rules::kGoesOn, "the stanza was never offered");
  s.ends_well();
}

void late_registrations(Session& s) {
  s.is_ready();
  s.ends_well();
  for (const char* function : {"register_route", "on_stanza"}) {
    const Text results = s.reported(function);
    const bool listed = results == Text{std::to_string(XP_OK)} || results == Text{std::to_string(XP_INVALID)};
    s.require(listed, rules::kSetup, std::string(function) + " returned what is not listed for it");
  }
}

void taken_route(Session& s) {
  s.is_ready();
  s.returned("register_route", {XP_INVALID}, rules::kTaken);
  s.goes_on(rules::kTaken);
  s.ends_well();
}

void unregistered_inside(Session& s) {
  s.is_ready();
  s.require(s.request({}).status == 200, rules::kUnregister, "the call under way was not answered");
  s.require(s.request({}).status != 200, rules::kUnregister, "a route that was taken out is called");
  s.offer(stanza("one"));
  s.require(!s.reported("stanza", 1).empty(), rules::kGoesOn, "the stanza was never offered");
  s.offer(stanza("two"));
  s.ends_well();
  s.require(s.reported("request").size() == 1 && s.reported("stanza").size() == 1, rules::kUnregister,
            "what was taken out is called");
}

void ends(Session& s) {
  s.is_ready();
  s.goes_on(rules::kMisuse);
  s.ends_well();
}

void left_alone(Session& s) {
  s.is_ready();
  s.goes_on(rules::kMisuse);
  s.ends(rules::kLeftAlone);
  s.require(s.reported("drain").size() == 1, rules::kLife, "it was never drained");
  s.require(s.reported("destroy").empty(), rules::kLeftAlone, "destroy was called before the drain was done");
}

void thread_in_the_library(Session& s) {
  s.is_ready();
  s.goes_on(rules::kMisuse);
  s.ends(rules::kLoaded);
}

void drained_by_a_stanza(Session& s) {
  s.is_ready();
  s.ask_to_end();
  s.require(s.reported("drain", 1).size() == 1, rules::kLife, "SIGTERM began no drain");
  s.offer(stanza("last"));
  s.require(s.reported("id", 1) == Text{"last"}, rules::kGoesOn, "a stanza was not offered in the drain");
  s.ends_well();
}

void flushes(Session& s) {
  s.is_ready();
  auto answer = s.request_later();
  s.require(!s.reported("request", 1).empty(), rules::kCovers, "the request never came");
  s.ends_well();
  const int status = answer.get().status;
  s.require(status == 200, rules::kInDrain,
            "an answer that was given in the drain came as " + std::to_string(status));
  const Text taken = s.reported("taken");
  const size_t sent = s.count_sent("last");
  s.require(taken == Text{std::to_string(sent)}, rules::kHeld,
            "stanzas that were sent in the drain: " + std::to_string(sent) + " of " +
                (taken.empty() ? "none" : taken[0]));
}

}  // namespace

std::vector<Case> life_cases() {
  return {
      {"forks", "says_what_it_sees", "an instance lives in the process that made it", same_process},
      {"registers_in_drain", "registers_in_drain", "late routes and hooks do no harm", late_registrations},
      {"same_route_twice", "same_route_twice", "a route is taken once", taken_route},
      {"unregisters_inside", "unregisters_inside", "what takes itself out is called no more",
       unregistered_inside},
      {"forgets_its_route", "forgets_its_route", "what the plugin forgets is released", ends},
      {"done_twice", "done_twice", "a drain is done once", ends},
      {"done_never", "done_never", "an instance that is never done is left alone", left_alone},
      {"leaves_a_thread", "leaves_a_thread", "a library with a thread in it is not unloaded",
       thread_in_the_library},
      {"done_by_a_stanza", "done_by_a_stanza", "stanzas are offered while it drains", drained_by_a_stanza},
      {"answers_at_the_end", "answers_at_the_end", "what is given in the drain leaves before the end",
       flushes}};
}

}  // namespace restanza::hostcheck
