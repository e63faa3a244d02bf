// SPDX-License-Identifier: MIT
#include "rest/resources/deliveries.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "rest/answers/json_writer.h"
#include "rest/answers/query_members.h"
#include "rest/answers/reply.h"
#include "rest/resources/delivery_query.h"

namespace restanza::rest {
namespace {

Refusal unknown_delivery() {
  return {404, "cancel", "item-not-found", "There is no such delivery"};
}

void write(JsonWriter& json, const journal::Delivery& delivery) {
  json.text("id", delivery.id);
  json.text("endpoint", delivery.endpoint);
  json.text("state", delivery.state == journal::State::dead ? "dead" : "waiting");
  json.number("attempts", delivery.attempts);
  json.time("accepted", delivery.accepted);
  json.time("changed", delivery.changed);
  json.text("last_error", delivery.last_error);
  if (const auto& stanza = delivery.stanza) {
    json.text("from", stanza->from);
    json.text("to", stanza->to);
  }
}

std::string one(const journal::Delivery& delivery) {
  JsonWriter json;
  json.open_object();
  write(json, delivery);
  if (delivery.stanza) json.text("xml", delivery.stanza->xml);
  json.close();
  return json.take();
}

// One more than `limit` was asked for, to know whether there are more.
std::string page(const std::vector<journal::Delivery>& found, size_t limit) {
  const size_t shown = std::min(limit, found.size());
  JsonWriter json;
  json.open_object();
  json.open_array("deliveries");
  for (size_t i = 0; i < shown; ++i) {
    json.open_object();
    write(json, found[i]);
    json.close();
  }
  json.close();
  if (found.size() > limit) {
    json.text("next", std::to_string(found[shown - 1].seq));
  } else {
    json.null("next");
  }
  json.close();
  return json.take();
}

// What is known of an endpoint from the side that posts, and what the journal holds for it. One that is no
// longer configured is known to the journal only.
std::string summary(const std::vector<webhook::Dispatcher::Report>& reports,
                    std::vector<journal::Count> counts, WallTime now) {
  for (const auto& report : reports) {
    const bool counted = std::any_of(counts.begin(), counts.end(),
                                     [&](const auto& count) { return count.endpoint == report.name; });
    if (!counted) counts.push_back({report.name, 0, 0, {}});
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.endpoint < b.endpoint; });
  JsonWriter json;
  json.open_object();
  json.open_array("endpoints");
  for (const auto& count : counts) {
    const auto report = std::find_if(reports.begin(), reports.end(),
                                     [&](const auto& each) { return each.name == count.endpoint; });
    const bool configured = report != reports.end();
    std::optional<std::chrono::milliseconds> age;
    if (count.oldest) {
      age = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now - *count.oldest),
                     std::chrono::milliseconds::zero());
    }
    json.open_object();
    json.text("name", count.endpoint);
    json.text("state", configured ? report->state : "not configured");
    json.text("reason", configured ? report->reason : "");
    json.text("last_error", configured ? report->last_error : "");
    json.number("waiting", static_cast<int64_t>(configured ? report->waiting : count.waiting));
    json.number("dead", static_cast<int64_t>(count.dead));
    json.seconds("oldest_seconds", age);
    json.close();
  }
  json.close();
  json.close();
  return json.take();
}

std::string number(const char* name, size_t value) {
  JsonWriter json;
  json.open_object();
  json.number(name, static_cast<int64_t>(value));
  json.close();
  return json.take();
}

}  // namespace

void Deliveries::fail(ParkedRequest& asked, const Error& why) const {
  log_.error("the journal cannot be asked about deliveries: " + why.text);
  asked.refuse(refused::later("The journal cannot be read or written"));
}

template <class T, class Next>
std::function<void(Result<T>)> Deliveries::then(http::Exchange exchange, const http::Request& request,
                                                Next next) const {
  auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  return [this, asked, next = std::move(next)](Result<T> found) {
    if (!found) return fail(*asked, found.error());
    next(*asked, std::move(*found));
  };
}

void Deliveries::look(http::Exchange exchange, const http::Request& request) const {
  if (request.query.empty()) return summarize(std::move(exchange), request);
  list(std::move(exchange), request);
}

// Of endpoints, and of those who ask.
std::vector<webhook::Dispatcher::Report> Deliveries::reports() const {
  auto all = dispatcher_.report();
  for (const auto& consumer : consumers_.all()) {
    webhook::Dispatcher::Report one;
    one.name = consumer->name();
    one.state = "asked for";
    one.waiting = consumer->waiting();
    all.push_back(std::move(one));
  }
  return all;
}

void Deliveries::summarize(http::Exchange exchange, const http::Request& request) const {
  journal_.count(then<std::vector<journal::Count>>(
      std::move(exchange), request, [this](ParkedRequest& asked, std::vector<journal::Count> counts) {
        asked.answer(summary(reports(), std::move(counts), clock_.wall()));
      }));
}

void Deliveries::list(http::Exchange exchange, const http::Request& request) const {
  const auto members = query_members(request.query);
  if (!members) return refuse(std::move(exchange), request, members.error());
  const auto query = delivery_query(*members, true);
  if (!query) return refuse(std::move(exchange), request, query.error());
  const auto answer = [limit = query->limit](ParkedRequest& asked,
                                             const std::vector<journal::Delivery>& found) {
    asked.answer(page(found, limit));
  };
  journal_.list(query->filter, query->beyond, query->limit + 1,
                then<std::vector<journal::Delivery>>(std::move(exchange), request, answer));
}

void Deliveries::look_at(const std::string& id, http::Exchange exchange, const http::Request& request) const {
  const auto answer = [](ParkedRequest& asked, const std::optional<journal::Delivery>& found) {
    if (!found) return asked.refuse(unknown_delivery());
    asked.answer(one(*found));
  };
  journal_.find(id, then<std::optional<journal::Delivery>>(std::move(exchange), request, answer));
}

void Deliveries::replay(http::Exchange exchange, const http::Request& request) const {
  const auto members = members_of(request);
  if (!members) return refuse(std::move(exchange), request, members.error());
  const auto query = delivery_query(*members, false);
  if (!query) return refuse(std::move(exchange), request, query.error());
  if (query->filter.state == journal::State::waiting) {
    return refuse(std::move(exchange), request,
                  {422, "modify", "bad-format", "Only what is dead can be replayed"});
  }
  auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  kept_.replay(query->filter, [this, asked](const Result<size_t>& replayed) {
    if (!replayed) return fail(*asked, replayed.error());
    asked->answer(number("replayed", *replayed));
  });
}

void Deliveries::replay_one(const std::string& id, http::Exchange exchange,
                            const http::Request& request) const {
  auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  kept_.replay(id, [this, asked](const Result<bool>& replayed) {
    if (!replayed) return fail(*asked, replayed.error());
    if (!*replayed) return asked->refuse({404, "cancel", "item-not-found", "There is no such dead letter"});
    asked->answer(number("replayed", 1));
  });
}

void Deliveries::discard(http::Exchange exchange, const http::Request& request) const {
  const auto members = query_members(request.query);
  if (!members) return refuse(std::move(exchange), request, members.error());
  const auto query = delivery_query(*members, false);
  if (!query) return refuse(std::move(exchange), request, query.error());
  if (!query->filter.state && query->filter.endpoint.empty()) {
    return refuse(std::move(exchange), request,
                  {400, "modify", "bad-format", "Say which: this needs 'state' or 'endpoint' in the query"});
  }
  auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  kept_.discard(query->filter, [this, asked](const Result<size_t>& discarded) {
    if (!discarded) return fail(*asked, discarded.error());
    asked->answer(number("discarded", *discarded));
  });
}

void Deliveries::discard_one(const std::string& id, http::Exchange exchange,
                             const http::Request& request) const {
  using Discarded = subscription::KeptDeliveries::Discarded;
  auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  kept_.discard(id, [this, asked](const Result<Discarded>& discarded) {
    if (!discarded) return fail(*asked, discarded.error());
    switch (*discarded) {
      case Discarded::ok:
        return asked->exchange.respond({204, {}, {}});
      case Discarded::unknown:
        return asked->refuse(unknown_delivery());
      case Discarded::at_work:
        return asked->refuse({409, "wait", "conflict", "This delivery is being posted right now"});
    }
  });
}

}  // namespace restanza::rest
