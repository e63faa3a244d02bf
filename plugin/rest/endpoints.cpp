// SPDX-License-Identifier: MIT
#include "rest/endpoints.h"

#include <memory>
#include <utility>

#include "rest/json_writer.h"
#include "rest/reply.h"

namespace restanza::rest {
namespace {

using Dispatcher = webhook::Dispatcher;
using Outcome = webhook::Outcome;

Refusal unknown() {
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

void Endpoints::look(http::Exchange exchange) const {
  JsonWriter json;
  json.open_object();
  json.open_array("endpoints");
  for (const auto& report : dispatcher_.report()) write(json, report);
  json.close();
  json.close();
  answer_json(std::move(exchange), json.take());
}

void Endpoints::steer(const std::string& name, const std::string& action, http::Exchange exchange,
                      const http::Request& request) const {
  if (action == "test") return test(name, std::move(exchange), request);
  const auto steered = action == "pause" ? dispatcher_.pause(name) : dispatcher_.resume(name);
  if (steered != Dispatcher::Steered::unknown) {
    for (const auto& report : dispatcher_.report()) {
      if (report.name != name) continue;
      JsonWriter json;
      write(json, report);
      return answer_json(std::move(exchange), json.take());
    }
  }
  refuse(std::move(exchange), request, unknown());
}

void Endpoints::test(const std::string& name, http::Exchange exchange, const http::Request& request) const {
  auto waiting = std::make_shared<http::Exchange>(std::move(exchange));
  const auto steered = dispatcher_.test(name, [name, waiting](const Outcome& outcome) {
    answer_json(std::move(*waiting), tested(name, outcome));
  });
  if (steered == Dispatcher::Steered::unknown) return refuse(std::move(*waiting), request, unknown());
  if (steered == Dispatcher::Steered::unchanged) {
    refuse(std::move(*waiting), request, {409, "wait", "conflict", "A test of this endpoint is under way"});
  }
}

}  // namespace restanza::rest
