// SPDX-License-Identifier: MIT
#include "rest/routing/traffic.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <string>
#include <utility>

namespace restanza::rest {
namespace {

constexpr const char* kOther = "other";
constexpr std::array<const char*, 20> kCodes = {"200", "202", "204", "400", "401",  "403", "404",
                                                "405", "409", "413", "415", "422",  "429", "500",
                                                "501", "502", "503", "504", "gone", kOther};
constexpr std::array<const char*, 16> kConditions = {"bad-format",
                                                     "conflict",
                                                     "forbidden",
                                                     "improper-addressing",
                                                     "internal-server-error",
                                                     "invalid-from",
                                                     "invalid-namespace",
                                                     "invalid-xml",
                                                     "item-not-found",
                                                     "not-allowed",
                                                     "not-authorized",
                                                     "not-well-formed",
                                                     "remote-server-timeout",
                                                     "resource-constraint",
                                                     "unsupported-stanza-type",
                                                     kOther};

std::vector<const char*> with_other(std::vector<const char*> names) {
  names.push_back(kOther);
  return names;
}

// Its place in the list, the last of which is for all others.
template <class Names>
size_t place(const Names& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end() - 1, name);
  return static_cast<size_t>(found - names.begin());
}

}  // namespace

// The counters, made when they are first needed so that what never happens fills no page, and found without a
// lock afterwards.
class Traffic::Counters {
 public:
  Counters(Metrics& metrics, const Clock& clock, std::vector<const char*> resources,
           std::vector<const char*> methods)
      : metrics_(metrics),
        clock_(clock),
        resources_(with_other(std::move(resources))),
        methods_(with_other(std::move(methods))),
        requests_(resources_.size() * methods_.size() * kCodes.size()) {
    for (const char* resource : resources_) {
      times_.push_back(&metrics.histogram("restanza_http_request_duration_seconds",
                                          "From a request's arrival to its answer, by resource",
                                          {{"resource", resource}}));
    }
    for (size_t i = 0; i < kConditions.size(); ++i) {
      refusals_[i] =
          &metrics.counter("restanza_refusals_total", "Requests that were refused, by the condition",
                           {{"condition", kConditions[i]}});
    }
  }

  Instant now() const { return clock_.now(); }
  size_t resource(std::string_view name) const { return place(resources_, name); }
  size_t method(std::string_view name) const { return place(methods_, name); }

  void note(size_t resource, size_t method, const http::Ending& ending, Instant arrived) {
    const size_t code = place(kCodes, ending.client_left ? "gone" : std::to_string(ending.status));
    request(resource, method, code).add();
    times_[resource]->note(clock_.now() - arrived);
    if (!ending.client_left && !ending.condition.empty())
      refusals_[place(kConditions, ending.condition)]->add();
  }

 private:
  Counter& request(size_t resource, size_t method, size_t code) {
    auto& known = requests_[(resource * methods_.size() + method) * kCodes.size() + code];
    Counter* counter = known.load(std::memory_order_acquire);
    if (!counter) {
      counter = &metrics_.counter(
          "restanza_http_requests_total", "Requests that were answered, by resource, method and status",
          {{"code", kCodes[code]}, {"method", methods_[method]}, {"resource", resources_[resource]}});
      known.store(counter, std::memory_order_release);
    }
    return *counter;
  }

  Metrics& metrics_;
  const Clock& clock_;
  const std::vector<const char*> resources_;  // the last is for all others
  const std::vector<const char*> methods_;    // the same
  std::vector<Histogram*> times_;
  std::array<Counter*, kConditions.size()> refusals_{};
  std::vector<std::atomic<Counter*>> requests_;
};

class Traffic::CountingObserver final : public http::Observer {
 public:
  CountingObserver(std::shared_ptr<Counters> counters, size_t resource, size_t method)
      : counters_(std::move(counters)), resource_(resource), method_(method), arrived_(counters_->now()) {}

  // Counted where there is memory for it.
  void ended(const http::Ending& ending) noexcept override {
    try {
      counters_->note(resource_, method_, ending, arrived_);
    } catch (const std::bad_alloc&) {
    }
  }

 private:
  const std::shared_ptr<Counters> counters_;
  const size_t resource_;
  const size_t method_;
  const Instant arrived_;
};

Traffic::Traffic(Metrics& metrics, const Clock& clock, std::vector<const char*> resources,
                 std::vector<const char*> methods)
    : counters_(std::make_shared<Counters>(metrics, clock, std::move(resources), std::move(methods))) {}

http::Exchange Traffic::counted(http::Exchange exchange, const http::Request& request,
                                std::string_view resource) const {
  exchange.observe(std::make_unique<CountingObserver>(counters_, counters_->resource(resource),
                                                      counters_->method(request.method)));
  return exchange;
}

}  // namespace restanza::rest
