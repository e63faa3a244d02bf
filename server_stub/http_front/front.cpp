// SPDX-License-Identifier: MIT
// Puts the front's parts together and passes completions on to the exchange that a handle names.
#include "http_front/front.h"

#include "base/guarded.h"
#include "http_front/connections.h"
#include "http_front/exchange_table.h"
#include "http_front/request_handling.h"
#include "http_front/worker_pool.h"

namespace restanza::host {

class Front::Impl {
 public:
  Impl(FrontSettings given, RouteLookup& routes, Log& given_log)
      : settings(std::move(given)),
        exchanges(settings.max_exchanges),
        arriving(settings.max_request_memory),
        waiting(settings.max_request_memory),
        log(given_log),
        workers([this](ReadyRequest& ready) { serve(ready); }, settings.max_threads, settings.thread_time),
        parts{settings, routes,  exchanges,
              arriving, waiting, [this](ReadyRequest ready) { return workers.submit(std::move(ready)); }},
        connections(
            parts, [this] { return workers.relieve(); }, given_log) {}

  void stop() {
    connections.stop();
    workers.stop();
    exchanges.clear();
  }

  // On a worker's thread.
  void serve(ReadyRequest& ready) noexcept {
    const Handling how = handle(ready);
    if (!guarded(log, "refusing an HTTP request", [&] { refuse(ready, how); })) {
      ready.exchange->respond(500, {}, {});  // closes the connection where there is no memory for this either
      guarded(log, "forgetting an HTTP request", [&] { exchanges.take(ready.id); });
    }
    guarded(log, "the end of an HTTP request", [&] { ready.exchange->handler_returned(); });
  }

  void refuse(const ReadyRequest& ready, Handling how) {
    switch (how) {
      case Handling::handled:
        return;
      case Handling::unknown_coding:
        return answer(ready, {415, "the Content-Encoding is none of gzip, deflate and br"});
      case Handling::undecodable:
        return answer(ready, {400, "the body does not match its Content-Encoding"});
      case Handling::threw:
        log.error("a handler of an HTTP request threw an exception");
        return answer(ready, {500, "the request could not be handled"});
    }
  }

  void answer(const ReadyRequest& ready, const Refusal& refusal) {
    const std::vector<Header> headers{{"Content-Type", "text/plain; charset=utf-8"}};
    const std::string body = refusal.reason + '\n';
    const auto exchange = exchanges.take(ready.id);
    if (!exchange) return;
    exchange->close_after_answer();
    exchange->respond(refusal.code, headers, body);
  }

  const FrontSettings settings;
  ExchangeTable exchanges;
  RequestMemory arriving, waiting;
  Log& log;
  WorkerPool workers;
  FrontParts parts;
  Connections connections;
};

Front::Front(FrontSettings settings, RouteLookup& routes, Log& log)
    : impl_(std::make_unique<Impl>(std::move(settings), routes, log)) {}

Front::~Front() {
  stop();
}

Result<std::string> Front::listen() {
  return impl_->connections.listen();
}
void Front::start() {
  impl_->connections.start();
}
void Front::renew(std::shared_ptr<const TlsIdentity> tls) {
  impl_->connections.renew(std::move(tls));
}
void Front::refuse_new() {
  impl_->connections.refuse_new();
}
void Front::stop() {
  impl_->stop();
}
size_t Front::open_exchanges() const {
  return impl_->exchanges.size();
}

xp_status Front::respond(ExchangeId id, int code, const std::vector<Header>& headers, std::string body) {
  const auto exchange = impl_->exchanges.take(id);
  return exchange ? exchange->respond(code, headers, body) : XP_INVALID;
}

xp_status Front::begin(ExchangeId id, int code, const std::vector<Header>& headers) {
  const auto exchange = impl_->exchanges.find(id);
  if (!exchange) return XP_INVALID;
  const xp_status status = exchange->begin(code, headers);
  if (exchange->over()) impl_->exchanges.take(id);
  return status;
}

xp_status Front::write(ExchangeId id, std::string_view chunk) {
  const auto exchange = impl_->exchanges.find(id);
  return exchange ? exchange->write(chunk) : XP_INVALID;
}

xp_status Front::end(ExchangeId id) {
  const auto exchange = impl_->exchanges.take(id);
  return exchange ? exchange->end() : XP_INVALID;
}

xp_status Front::watch(ExchangeId id, Watch watch) {
  const auto exchange = impl_->exchanges.find(id);
  return exchange ? exchange->watch(std::move(watch)) : XP_INVALID;
}

xp_status Front::read(ExchangeId id, BodyPiece piece) {
  const auto exchange = impl_->exchanges.find(id);
  return exchange ? exchange->read(std::move(piece)) : XP_INVALID;
}

}  // namespace restanza::host
