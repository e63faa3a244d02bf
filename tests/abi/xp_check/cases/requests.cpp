// SPDX-License-Identifier: MIT
// Requests: odd ones, and clients that leave at every moment.
#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

constexpr std::chrono::seconds kRequestPatience{5};

void hostile(const Subject& subject) {
  Life life(subject);
  for (const Request& request : hostile_requests(life.host)) life.host.ask(request);
  life.host.finish();
}

// Of a hundred requests that nobody has to wait for, each is ended before the drain.
void answered(const Subject& subject) {
  Life life(subject);
  for (const auto& route : life.host.routes()) {
    for (int i = 0; i < 100; ++i) {
      const auto exchange = life.host.ask({"GET", route.path + "/none"});
      require(life.host.answered(exchange, kRequestPatience),
              "a request that asks for nothing was never answered");
    }
  }
  life.host.finish();
}

void too_large(const Subject& subject) {
  Life life(subject);
  for (const auto& route : life.host.routes()) {
    if (route.max_body > (64U << 20U)) continue;
    Request request = post(route, std::string(static_cast<size_t>(route.max_body) + 1, 'x'));
    const auto exchange = life.host.ask(request);
    require(life.host.answered(exchange, kRequestPatience),
            "a request whose body was too large was never answered");
    require(exchange->code >= 400,
            "a request whose body was too large was answered with " + std::to_string(exchange->code));
  }
  life.host.finish();
}

void gone_before(const Subject& subject) {
  Life life(subject);
  for (const Request& request : requests(life.host)) life.host.ask(request, true);
  for (const Request& request : questions(life.host, "left")) life.host.ask(request, true);
  answer_everything(life.host);
  life.host.finish();
}

void gone_in_the_middle(const Subject& subject) {
  Life life(subject);
  std::vector<ExchangePtr> exchanges;
  for (const Request& request : questions(life.host, "leaves")) exchanges.push_back(life.host.ask(request));
  for (const Request& request : requests(life.host)) exchanges.push_back(life.host.ask(request));
  for (const auto& exchange : exchanges) life.host.leave(exchange);
  answer_everything(life.host);
  life.host.finish();
}

// The client leaves while its answer begins, and from another thread while it is being asked.
void gone_after_begin(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  host.on_begin = [&host](const ExchangePtr& exchange) { host.leave(exchange); };
  play(host);
  for (int i = 0; i < 50; ++i) {
    for (const Request& request : questions(host, "q" + std::to_string(i))) {
      const auto exchange = host.ask(request);
      at_once(2, [&](int n) { n == 0 ? host.leave(exchange) : answer_everything(host); });
    }
  }
  host.finish();
}

}  // namespace

std::vector<Case> request_cases() {
  return {
      {"requests_are_answered", "a request that asks for nothing is answered, without a drain", answered},
      {"body_too_large", "a body beyond the route's limit is refused", too_large},
      {"hostile_requests", "invalid UTF-8, NUL, depth, size and nonsense in requests are answered", hostile},
      {"gone_before_the_watch", "a client may have left before the plugin looks", gone_before},
      {"gone_in_the_middle", "a client may leave while its request is open", gone_in_the_middle},
      {"gone_after_begin", "a client may leave while its answer begins, or while it is made",
       gone_after_begin},
  };
}

}  // namespace restanza::check
