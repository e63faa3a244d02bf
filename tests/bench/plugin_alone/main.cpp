// SPDX-License-Identifier: MIT
// The plugin alone: processor time and allocations for each message by format and size, for an iq's round
// trip, and for a stanza on its way to a webhook.
//
//   plugin_alone RESTANZA_SO SECONDS      SECONDS for each line; a line: what, microseconds, allocations
//   (tabs between)
//
// Threads: one, besides the plugin's own. Owns the endpoint and the host.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "plugin_alone/allocations.h"
#include "plugin_alone/bare_host.h"
#include "plugin_alone/messages.h"
#include "plugin_alone/sink.h"

namespace restanza::bench {
namespace {

constexpr int kRounds = 9;      // of which the cheapest is told: whatever else runs can only add to it
constexpr int kCounted = 1000;  // calls that are looked at for allocations
constexpr int kConversations = 64;
constexpr const char* kBasic = "Basic cmVzdC5sb2NhbGhvc3Q6cmVzdC1zZWNyZXQ=";  // rest.localhost:rest-secret
constexpr const char* kBearer = "Bearer bench-token";
constexpr const char* kTokenDigest = "7137e16f75a1d75b6fd65930672814806cdc1a0d6e0aa38611afc996a402258b";

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double least(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

void tell(const std::string& what, double microseconds, double allocated) {
  printf("%s\t%.2f\t%.1f\n", what.c_str(), microseconds, allocated);
  fflush(stdout);
}

// Calls `once` for about that many seconds and tells what one call costs.
template <typename Once>
void measure(const std::string& what, double seconds, const Once& once) {
  for (int i = 0; i < kCounted; ++i) once();
  count_allocations(true);
  for (int i = 0; i < kCounted; ++i) once();
  const double allocated = static_cast<double>(allocations()) / kCounted;
  count_allocations(false);
  const double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < kCounted; ++i) once();
  const double first = (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begin) / kCounted;
  const int calls = std::max(1, static_cast<int>(seconds / kRounds / first));
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < calls; ++i) once();
    rounds.push_back((seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before) / calls * 1e6);
  }
  tell(what, least(rounds), allocated);
}

// The headers that a client such as curl sends; the views live as long as what they are made of.
std::vector<xp_pair> headers_of(const Body& body, const char* authorization, const std::string& length) {
  return {{view("Host"), view("rest.localhost:5280")},     {view("Authorization"), view(authorization)},
          {view("User-Agent"), view("curl/7.88.1")},       {view("Accept"), view("*/*")},
          {view("Content-Type"), view(body.content_type)}, {view("Content-Length"), view(length)}};
}

void message(BareHost& host, const std::string& what, const Body& body, const char* authorization,
             double seconds) {
  const std::string length = std::to_string(body.text.size());
  const std::vector<xp_pair> headers = headers_of(body, authorization, length);
  measure(what, seconds, [&] {
    if (host.post(headers, body.text) != 202) throw std::runtime_error("a message was not accepted: " + what);
  });
}

void messages(BareHost& host, double seconds) {
  for (const size_t size : {200, 2048, 16384}) {
    for (const Body& body : message_of(size)) {
      const std::string what = "message, " + body.format + ", " + std::to_string(size) + " B";
      message(host, what, body, kBasic, seconds);
      if (size == 200 && body.format == "XML") message(host, what + ", Bearer", body, kBearer, seconds);
    }
  }
}

void iq(BareHost& host, double seconds) {
  const Body body{"XML", "application/xmpp+xml",
                  "<iq type='get' id='ping-1' to='bob@localhost/phone' from='bot@rest.localhost'>"
                  "<ping xmlns='urn:xmpp:ping'/></iq>"};
  const std::string length = std::to_string(body.text.size());
  const std::vector<xp_pair> headers = headers_of(body, kBasic, length);
  xp_stanza answer{};
  answer.size = sizeof answer;
  answer.kind = XP_IQ;
  answer.type = view("result");
  answer.from = view("bob@localhost/phone");
  answer.to = view("bot@rest.localhost");
  answer.id = view("ping-1");
  answer.xml = view("<iq type='result' id='ping-1' from='bob@localhost/phone' to='bot@rest.localhost'/>");
  measure("iq, XML, request to answer", seconds, [&] {
    if (host.post(headers, body.text) != 0 || !host.offer(answer) || host.answered() != 200) {
      throw std::runtime_error("an iq was not answered");
    }
  });
}

// `hook` is what the host's thread spends; the whole has the plugin's own threads and the system's calls in
// it.
void webhook(const char* library, double seconds) {
  Sink sink;
  BareHost host(library,
                "{\"component_secret\": \"rest-secret\", \"rest_callback_url\": \"http://127.0.0.1:" +
                    std::to_string(sink.port()) + "/\"}");
  std::vector<std::string> senders, texts;
  for (int i = 0; i < kConversations; ++i) {
    senders.push_back("user" + std::to_string(i) + "@people.example/phone");
    texts.push_back("<message type='chat' id='a1' to='bot@rest.localhost' from='" + senders.back() +
                    "'><body>The backup of Tuesday took 12 minutes, all is well.</body></message>");
  }
  xp_stanza stanza{};
  stanza.size = sizeof stanza;
  stanza.kind = XP_MESSAGE;
  stanza.type = view("chat");
  stanza.to = view("bot@rest.localhost");
  stanza.id = view("a1");
  double in_hook = 0;
  const auto deliver = [&](uint64_t count) {
    const uint64_t wanted = sink.posts() + count;
    const double begin = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t i = 0; i < count; ++i) {
      const size_t who = i % kConversations;
      stanza.from = view(senders[who]);
      stanza.xml = view(texts[who]);
      if (!host.offer(stanza)) throw std::runtime_error("a message for the webhook was not taken");
    }
    in_hook = seconds_of(CLOCK_THREAD_CPUTIME_ID) - begin;
    while (sink.posts() < wanted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  deliver(kCounted);
  count_allocations(true);
  deliver(kCounted);
  const double allocated = static_cast<double>(allocations()) / kCounted;
  count_allocations(false);
  const uint64_t count = static_cast<uint64_t>(std::max(1.0, seconds * 5)) * kCounted;
  std::vector<double> hooks, wholes;
  for (int round = 0; round < kRounds; ++round) {
    const double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    deliver(count);
    wholes.push_back((seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before) / static_cast<double>(count) * 1e6);
    hooks.push_back(in_hook / static_cast<double>(count) * 1e6);
  }
  tell("stanza to webhook, the host's thread", least(hooks), allocated);
  tell("stanza to webhook, all threads", least(wholes), allocated);
}

int run(const char* library, double seconds) {
  webhook(library, seconds);
  BareHost host(library,
                std::string("{\"component_secret\": \"rest-secret\", \"rest_tokens\": [{\"name\": \"bench\", "
                            "\"sha256\": \"") +
                    kTokenDigest + "\"}]}");
  messages(host, seconds);
  iq(host, seconds);
  return 0;
}

}  // namespace
}  // namespace restanza::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: plugin_alone RESTANZA_SO SECONDS\n");
    return 2;
  }
  try {
    return restanza::bench::run(argv[1], std::atof(argv[2]));
  } catch (const std::exception& error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
