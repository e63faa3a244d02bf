// SPDX-License-Identifier: MIT
#include "rest/resources/endpoints.h"

#include <memory>
#include <utility>

#include "rest/answers/json_writer.h"
#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

using Dispatcher = webhook::Dispatcher;
using Outcome = webhook::Outcome;

Refusal unknown_endpoint() {
  return {404, "cancel", "item-not-found", "There is no endpoint of this name"};
}

void write(JsonWriter& json, const Dispatcher::Report& report) {
  json.open_object();
  json.text("name", report.name);
  json.text("origin", report.origin);
  json.text("state", report.state);
  json.text("reason", report.reason);
  json.text("last_error", report.last_error);
  json.number("waiting", static_cast<int64_t>(report.waiting));
  json.number("at_work", static_cast<int64_t>(report.at_work));
  json.texts("public_keys", report.public_keys);
  json.close();
}

std::string tested(const std::string& name, const Outcome& outcome) {
  const bool answered = outcome.end == Outcome::End::answered;
  JsonWriter json;
  json.open_object();
  json.text("name", name);
  json.boolean("answered", answered);
  if (answered) {
    json.number("status", outcome.status);
  } else {
    json.null("status");
  }
  json.text("detail", outcome.detail);
  json.close();
  return json.take();
}

}  // namespace

Routes Endpoints::routes() const {
  using http::Exchange;
  using http::Request;
  constexpr const char* kName = "endpoints";
  constexpr Parameter named = {"name", Parameter::In::path, true, "The endpoint's name."};
  constexpr Answer state = {200, "The endpoint as it is now."};
  constexpr Answer unheard_of = {404, "There is no endpoint of this name."};
  constexpr Answer unkept = {503, "It is in effect, but not on the disk, and a crash would forget it."};
  const auto steered = [this](Steering steering) {
    return [this, steering](Exchange e, const Request& r, const Caller&, const PathValues& v) {
      steer(v[0], steering, std::move(e), r);
    };
  };
  return {
      {"GET",
       "/endpoints",
       Right::admin,
       kName,
       [this](Exchange e, const Request&, const Caller&, const PathValues&) { look(std::move(e)); },
       {"Shows the state of each endpoint, and its public keys.",
        {},
        {},
        {{200, "The endpoints."}},
        {},
        "POST to '/endpoints/{name}/pause', or to resume or test in its place"}},
      {"POST",
       "/endpoints/{name}/pause",
       Right::admin,
       kName,
       steered(&Dispatcher::pause),
       {"Stops sending to an endpoint; its queue goes on growing.",
        {named},
        {},
        {state, unheard_of, unkept}}},
      {"POST",
       "/endpoints/{name}/resume",
       Right::admin,
       kName,
       steered(&Dispatcher::resume),
       {"Goes on sending to an endpoint, also after a 410; what waits is tried at once.",
        {named},
        {},
        {state, unheard_of, unkept}}},
      {"POST",
       "/endpoints/{name}/test",
       Right::admin,
       kName,
       [this](Exchange e, const Request& r, const Caller&, const PathValues& v) {
         test(v[0], std::move(e), r);
       },
       {"Posts a test event to an endpoint and tells what was answered.",
        {named},
        {},
        {{200, "What came of it."}, unheard_of, {409, "A test of this endpoint is under way."}}}},
  };
}

void Endpoints::look(http::Exchange exchange) const {
  JsonWriter json;
  json.open_object();
  json.open_array("endpoints");
  for (const auto& report : dispatcher_.report()) write(json, report);
  json.close();
  json.close();
  answer_json(std::move(exchange), json.take());
}

void Endpoints::steer(const std::string& name, Steering steering, http::Exchange exchange,
                      const http::Request& request) const {
  const auto steered = (dispatcher_.*steering)(name);
  if (steered == Dispatcher::Steered::unknown)
    return refuse(std::move(exchange), request, unknown_endpoint());
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  dispatcher_.when_kept([this, name, asked](const Result<void>& kept) {
    if (kept) return show(name, *asked);
    log_.error("that endpoint '" + name + "' was paused or resumed is not on the disk: " + kept.error().text);
    asked->refuse(
        refused::later("The journal cannot be written: this is in effect now, but a crash would forget it"));
  });
}

void Endpoints::show(const std::string& name, ParkedRequest& asked) const {
  for (const auto& report : dispatcher_.report()) {
    if (report.name != name) continue;
    JsonWriter json;
    write(json, report);
    return asked.answer(json.take());
  }
  asked.refuse(unknown_endpoint());
}

void Endpoints::test(const std::string& name, http::Exchange exchange, const http::Request& request) const {
  auto waiting = std::make_shared<http::Exchange>(std::move(exchange));
  const auto steered = dispatcher_.test(name, [name, waiting](const Outcome& outcome) {
    answer_json(std::move(*waiting), tested(name, outcome));
  });
  if (steered == Dispatcher::Steered::unknown)
    return refuse(std::move(*waiting), request, unknown_endpoint());
  if (steered == Dispatcher::Steered::unchanged) {
    refuse(std::move(*waiting), request, {409, "wait", "conflict", "A test of this endpoint is under way"});
  }
}

}  // namespace restanza::rest
