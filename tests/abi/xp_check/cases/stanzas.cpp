// SPDX-License-Identifier: MIT
// Stanzas: odd ones, answers that nobody should trust, and hooks that are called inside calls.
#include <algorithm>
#include <set>

#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

void harmed_by_stanzas(const Subject& subject) {
  Life life(subject);
  for (const Stanza& stanza : hostile_stanzas(life.host)) life.host.offer(stanza);
  play(life.host);
  life.host.finish();
}

void not_its_kind(const Subject& subject) {
  Life life(subject);
  const uint32_t kinds = life.host.hooked_kinds();
  require((kinds & ~(XP_MESSAGE | XP_PRESENCE | XP_IQ | 0U)) == 0 || life.host.hooked_kinds() == UINT32_MAX,
          "a hook is for kinds that there are not");
  life.host.finish();
}

// An iq that is taken is answered to whoever asked, by the end of the drain at the latest.
void answered_iqs(const Subject& subject) {
  for (const auto manner : {Endpoint::Manner::answers, Endpoint::Manner::is_silent}) {
    Life life(subject, {}, manner);
    Host& host = life.host;
    const std::string domain = host.settings().domain;
    std::set<std::string> taken;
    size_t count = 0;
    for (const std::string& to : {domain, "bot@" + domain, "bot@" + domain + "/r"}) {
      for (const char* content :
           {"<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='jabber:iq:version'/>", ""}) {
        for (const char* type : {"get", "set"}) {
          const std::string id = "a" + std::to_string(++count);
          if (host.offer({XP_IQ, type, "user@localhost/r", to, id, content}) == XP_CONSUME) taken.insert(id);
        }
      }
    }
    host.finish(std::chrono::seconds(10));
    for (const std::string& xml : host.sent()) {
      const std::string type = root_attribute(xml, "type");
      if (xml.compare(0, 4, "<iq ") != 0 || (type != "result" && type != "error")) continue;
      if (root_attribute(xml, "to") == "user@localhost/r") taken.erase(root_attribute(xml, "id"));
    }
    require(taken.empty(), std::to_string(taken.size()) + " iqs were taken and never answered");
  }
}

// Each answer from the wrong side, twice from the right one, and again when all is over.
void wrong_answers(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  std::vector<ExchangePtr> asked;
  for (const Request& request : questions(host, "once")) asked.push_back(host.ask(request));
  std::vector<Stanza> answers;
  for (const std::string& xml : host.sent()) {
    if (const Stanza answer = answer_to(xml); answer.kind != 0) answers.push_back(answer);
  }
  for (const Stanza& answer : answers) {
    Stanza wrong = answer;
    wrong.from = "mallory@localhost/r";
    host.offer(wrong);
    wrong = answer;
    wrong.id += "x";
    host.offer(wrong);
    wrong = answer;
    wrong.to = "somebody@elsewhere";
    host.offer(wrong);
  }
  const bool waiting =
      std::any_of(asked.begin(), asked.end(), [](const auto& each) { return each->ends == 0; });
  require(answers.empty() || asked.empty() || waiting,
          "an answer from somebody else was taken for the right one");
  for (int i = 0; i < 3; ++i) {
    for (const Stanza& answer : answers) host.offer(answer);
  }
  at_once(4, [&](int) {
    for (const Stanza& answer : answers) host.offer(answer);
  });
  host.drain(std::chrono::seconds(1));
  for (const Stanza& answer : answers) host.offer(answer);
  require(host.done_within(std::chrono::seconds(6)), "drain was never said to be done");
  for (const Stanza& answer : answers) host.offer(answer);
  host.destroy();
  host.settle();
  host.verify();
}

// The answer comes before send_stanza has returned; so does what the plugin sent itself, and a request.
void reentered(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  thread_local int depth = 0;
  const auto routes = host.routes();
  host.on_send = [&host, routes](const std::string& xml, const Host::Retry&) {
    if (depth >= 3) return XP_OK;
    ++depth;
    if (const Stanza answer = answer_to(xml); answer.kind != 0) host.offer(answer);
    const std::string domain = host.settings().domain;
    host.offer(
        {XP_MESSAGE, "chat", "user@localhost/r", "bot@" + domain, "m", "<body>Hi</body>", XP_INJECTED});
    host.offer({XP_IQ, "get", "user@localhost/r", domain, "i", "<ping xmlns='urn:xmpp:ping'/>", XP_INJECTED});
    for (const auto& route : routes) host.ask(post(route, "<message to='bob@localhost'/>"));
    --depth;
    return XP_OK;
  };
  play(host);
  host.finish();
}

// Another request comes before the end of this one has returned.
void requests_reentered(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  thread_local int depth = 0;
  const auto routes = host.routes();
  host.on_end = [&host, routes](const ExchangePtr&) {
    if (depth >= 2) return;
    ++depth;
    for (const auto& route : routes) {
      host.ask({"GET", route.path});
      host.ask(post(route, "<message to='bob@localhost'/>"));
    }
    for (const Stanza& stanza : stanzas(host)) host.offer(stanza);
    --depth;
  };
  for (const auto& route : routes) {
    for (int i = 0; i < 20; ++i) host.ask({"GET", route.path});
  }
  for (const Request& request : questions(host, "q")) host.ask(request);
  answer_everything(host);
  host.finish();
}

}  // namespace

std::vector<Case> stanza_cases() {
  return {
      {"hostile_stanzas", "invalid UTF-8, NUL, depth, size and nonsense in stanzas do no harm",
       harmed_by_stanzas},
      {"hooked_kinds", "hooks are for kinds that there are", not_its_kind},
      {"iqs_are_answered", "an iq that the hook takes is answered, also where a drain ends it", answered_iqs},
      {"wrong_answers", "spoofed, repeated and late answers to an iq end no exchange twice", wrong_answers},
      {"hook_reentered", "the hook and the routes may be called inside send_stanza", reentered},
      {"route_reentered", "the hook and the routes may be called while an exchange ends", requests_reentered},
  };
}

}  // namespace restanza::check
