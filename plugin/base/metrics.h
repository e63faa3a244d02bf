// SPDX-License-Identifier: MIT
// Numbers for people who watch over the program: counters, histograms and gauges, named and described as in
// Prometheus' text format (version 0.0.4). Parts ask once for what they count and keep the reference.
// Any thread; counting never locks. The registry owns everything and outlives the parts.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace restanza {

class Counter {
 public:
  void add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// How long things took, in seconds; buckets from 1 ms to 60 s.
class Histogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,   1,     5,    30,    60};
  void note(std::chrono::nanoseconds took);
  // Each with all that are shorter; the last is all there are.
  std::array<uint64_t, kBounds.size() + 1> cumulative() const;
  double sum() const;  // seconds

 private:
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<uint64_t> nanoseconds_{0};
};

class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;  // values may be any text

  // The same name and labels give the same counter. A name keeps one kind and one help text; names follow
  // Prometheus' rules and are written by us: what breaks them aborts in a debug build's test.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels = {});
  // Read when asked for, on the asking thread, without a lock held.
  void gauge(const std::string& name, const std::string& help, const Labels& labels,
             std::function<double()> read);

  // The text of all, sorted by name.
  std::string text() const;

 private:
  enum class Kind { counter, gauge, histogram };
  struct Series {  // one of these, as the family's kind says
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
  };
  struct Family {
    Kind kind;
    std::string help;
    std::map<Labels, Series> series;
  };
  Series& series(Kind kind, const std::string& name, const std::string& help, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
};

}  // namespace restanza
