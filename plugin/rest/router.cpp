// SPDX-License-Identifier: MIT
#include "rest/router.h"

#include "rest/path_mistake.h"
#include "rest/reply.h"
#include "rest/status.h"

namespace restanza::rest {
namespace {

// What stands at a path, also for a method that it does not know: what to GET is the same path to OPTIONS.
// POST stays with what mod_rest says.
Target target_of(const http::Request& request) {
  Target target = parse_target(request.method, request.path);
  if (target.kind != Target::Kind::none || request.method == "POST") return target;
  return known_query(request.path).value_or(target);
}

}  // namespace

Router::Router(Parts parts, Cors cors)
    : parts_(std::move(parts)), cors_(std::move(cors)), traffic_(parts_.metrics, parts_.clock) {}

http::Exchange Router::counted(http::Exchange exchange, const http::Request& request) const {
  return traffic_.counted(std::move(exchange), request, target_of(request).kind);
}

void Router::handle(http::Exchange from_host, http::Request request) const {
  Target target = target_of(request);
  http::Exchange exchange = traffic_.counted(std::move(from_host), request, target.kind);
  exchange.set_common(cors_.headers(request));
  const bool post = request.method == "POST";
  const bool get = request.method == "GET" || request.method == "HEAD";
  const char* methods = methods_of(target.kind);
  if (request.method == "OPTIONS") return exchange.respond({200, {{"Allow", methods}}, {}});
  switch (target.kind) {
    case Target::Kind::root:
    case Target::Kind::stanza:
      if (post) return parts_.stanzas.send(std::move(exchange), std::move(request), std::move(target));
      break;
    case Target::Kind::query:
      if (get) return parts_.stanzas.send(std::move(exchange), std::move(request), std::move(target));
      break;
    case Target::Kind::echo:
      if (post) return parts_.stanzas.echo(std::move(exchange), std::move(request));
      break;
    case Target::Kind::health:
      if (get) return exchange.respond(health(parts_.link_up()));
      break;
    case Target::Kind::none:
      return refuse_path(std::move(exchange), std::move(request));
    case Target::Kind::metrics:
      if (get && parts_.metrics_public) return exchange.respond(metrics_page(parts_.metrics));
      [[fallthrough]];
    default:
      if (auto steer = for_admins(target, request.method))
        return with_admin(parts_.credentials, std::move(exchange), std::move(request), std::move(steer));
  }
  refuse(std::move(exchange), request, refused::method(request.method, methods));
}

WithAdmin Router::for_admins(const Target& target, const std::string& method) const {
  using http::Exchange;
  using http::Request;
  const bool post = method == "POST";
  const bool get = method == "GET" || method == "HEAD";
  switch (target.kind) {
    case Target::Kind::metrics:
      if (get) return [this](Exchange e, const Request&) { e.respond(metrics_page(parts_.metrics)); };
      break;
    case Target::Kind::deliveries:
      if (get) return [this](Exchange e, const Request& r) { parts_.deliveries.look(std::move(e), r); };
      if (method == "DELETE")
        return [this](Exchange e, const Request& r) { parts_.deliveries.discard(std::move(e), r); };
      break;
    case Target::Kind::replays:
      if (post) return [this](Exchange e, const Request& r) { parts_.deliveries.replay(std::move(e), r); };
      break;
    case Target::Kind::delivery:
      if (get)
        return [this, id = target.item](Exchange e, const Request& r) {
          parts_.deliveries.look_at(id, std::move(e), r);
        };
      if (method == "DELETE")
        return [this, id = target.item](Exchange e, const Request& r) {
          parts_.deliveries.discard(id, std::move(e), r);
        };
      break;
    case Target::Kind::replay:
      if (post)
        return [this, id = target.item](Exchange e, const Request& r) {
          parts_.deliveries.replay(id, std::move(e), r);
        };
      break;
    case Target::Kind::endpoints:
      if (get) return [this](Exchange e, const Request&) { parts_.endpoints.look(std::move(e)); };
      break;
    case Target::Kind::steering:
      if (post) {
        return [this, target](Exchange e, const Request& r) {
          parts_.endpoints.steer(target.item, target.action, std::move(e), r);
        };
      }
      break;
    default:  // below a collection, and nothing
      return [this](Exchange e, const Request& r) { refuse(std::move(e), r, nothing_there(r)); };
  }
  return {};
}

Refusal Router::nothing_there(const http::Request& request) const {
  return refused::not_found(path_mistake(parts_.credentials.prefix(), request.method, request.path));
}

// What is not there is told to those who may know. GET and POST get the status that mod_rest has for a path
// that it cannot read.
void Router::refuse_path(http::Exchange exchange, http::Request request) const {
  with_caller(parts_.credentials, std::move(exchange), std::move(request),
              [this](http::Exchange e, const http::Request& r, const Caller&) {
                Refusal refusal = nothing_there(r);
                const bool known = r.method == "POST" || r.method == "GET" || r.method == "HEAD";
                refuse(std::move(e), r, known ? refused::bad_path(std::move(refusal.text)) : refusal);
              });
}

}  // namespace restanza::rest
