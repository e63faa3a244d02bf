// SPDX-License-Identifier: MIT
#include "base/metrics.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

namespace restanza {
namespace {

// In the notation of the text format, whatever the process's locale.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string escaped(const std::string& text, bool quoted) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quoted && c == '"')) out += '\\';
    out += c;
  }
  return out;
}

// "{a=\"b\",le=\"0.5\"}", or nothing where there are no labels.
std::string braced(const Metrics::Labels& labels, const std::string& le = {}) {
  std::string out;
  for (const auto& [name, value] : labels)
    out += (out.empty() ? "" : ",") + name + "=\"" + escaped(value, true) + "\"";
  if (!le.empty()) out += std::string(out.empty() ? "" : ",") + "le=\"" + le + "\"";
  return out.empty() ? out : "{" + out + "}";
}

std::string lines(const std::string& name, const Metrics::Labels& labels, const Histogram& histogram) {
  const auto counts = histogram.cumulative();
  std::string out;
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::string le = i < Histogram::kBounds.size() ? number(Histogram::kBounds[i]) : "+Inf";
    out += name + "_bucket" + braced(labels, le) + " " + std::to_string(counts[i]) + "\n";
  }
  out += name + "_sum" + braced(labels) + " " + number(histogram.sum()) + "\n";
  return out + name + "_count" + braced(labels) + " " + std::to_string(counts.back()) + "\n";
}

// Prometheus' rules for names, without the colon, which is for its own recording rules.
bool is_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), allowed);
}

bool ends_in_total(const std::string& name) {
  constexpr std::string_view kEnd = "_total";
  return name.size() > kEnd.size() && name.compare(name.size() - kEnd.size(), kEnd.size(), kEnd) == 0;
}

bool are_names(const Metrics::Labels& labels) {
  return std::all_of(labels.begin(), labels.end(),
                     [](const auto& label) { return is_name(label.first) && label.first != "le"; });
}

}  // namespace

void Histogram::note(std::chrono::nanoseconds took) {
  const auto spent = std::max(took, std::chrono::nanoseconds::zero());
  const double seconds = std::chrono::duration<double>(spent).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<uint64_t>(spent.count()), std::memory_order_relaxed);
}

std::array<uint64_t, Histogram::kBounds.size() + 1> Histogram::cumulative() const {
  std::array<uint64_t, kBounds.size() + 1> counts{};
  uint64_t sum = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    sum += buckets_[i].load(std::memory_order_relaxed);
    counts[i] = sum;
  }
  return counts;
}

double Histogram::sum() const {
  return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
}

// With the lock held.
Metrics::Series& Metrics::series(Kind kind, const std::string& name, const std::string& help,
                                 const Labels& labels) {
  assert(is_name(name) && are_names(labels) && (kind == Kind::counter) == ends_in_total(name));
  Family& family = families_.try_emplace(name, Family{kind, help, {}}).first->second;
  assert(family.kind == kind && family.help == help);
  return family.series[labels];
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& counter = series(Kind::counter, name, help, labels).counter;
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& histogram = series(Kind::histogram, name, help, labels).histogram;
  if (!histogram) histogram = std::make_unique<Histogram>();
  return *histogram;
}

void Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels,
                    std::function<double()> read) {
  const std::lock_guard<std::mutex> lock(mutex_);
  series(Kind::gauge, name, help, labels).read = std::move(read);
}

std::string Metrics::text() const {
  // Gauges are read without the lock: what they look at may be busy with counting here.
  struct Line {
    std::string before;
    std::function<double()> read;  // absent: the text is complete
  };
  std::vector<Line> found;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    constexpr const char* kKinds[] = {"counter", "gauge", "histogram"};
    for (const auto& [name, family] : families_) {
      found.push_back({"# HELP " + name + " " + escaped(family.help, false) + "\n# TYPE " + name + " " +
                           kKinds[static_cast<size_t>(family.kind)] + "\n",
                       {}});
      for (const auto& [labels, series] : family.series) {
        if (series.counter) {
          const std::string value = std::to_string(series.counter->value());
          found.push_back({name + braced(labels) + " " + value + "\n", {}});
        } else if (series.histogram) {
          found.push_back({lines(name, labels, *series.histogram), {}});
        } else {
          found.push_back({name + braced(labels) + " ", series.read});
        }
      }
    }
  }
  std::string text;
  for (const auto& line : found) text += line.before + (line.read ? number(line.read()) + "\n" : "");
  return text;
}

}  // namespace restanza
