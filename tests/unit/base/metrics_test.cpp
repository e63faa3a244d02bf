// SPDX-License-Identifier: MIT
#include "base/metrics.h"

#include <limits>
#include <thread>

#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

TEST_CASE("a registry without metrics has nothing to say") {
  CHECK(Metrics().text().empty());
}

TEST_CASE("a family stands together under one help and one type, and families are in order") {
  Metrics metrics;
  metrics.counter("restanza_b_total", "What b counts", {{"kind", "x"}}).add();
  metrics.counter("restanza_a_total", "What a counts").add(3);
  metrics.counter("restanza_b_total", "What b counts", {{"kind", "a"}}).add(2);
  metrics.gauge("restanza_c", "What c is", {}, [] { return 1.5; });
  CHECK(metrics.text() ==
        "# HELP restanza_a_total What a counts\n"
        "# TYPE restanza_a_total counter\n"
        "restanza_a_total 3\n"
        "# HELP restanza_b_total What b counts\n"
        "# TYPE restanza_b_total counter\n"
        "restanza_b_total{kind=\"a\"} 2\n"
        "restanza_b_total{kind=\"x\"} 1\n"
        "# HELP restanza_c What c is\n"
        "# TYPE restanza_c gauge\n"
        "restanza_c 1.5\n");
}

TEST_CASE("the same name and labels are the same counter") {
  Metrics metrics;
  Counter& counter = metrics.counter("restanza_a_total", "a", {{"kind", "x"}});
  CHECK(&metrics.counter("restanza_a_total", "a", {{"kind", "x"}}) == &counter);
  CHECK(&metrics.counter("restanza_a_total", "a", {{"kind", "y"}}) != &counter);
}

TEST_CASE("what would end a line or a value is escaped") {
  Metrics metrics;
  metrics.counter("restanza_a_total", "a\\b\n\"c\"", {{"x", "q\"b\\n\n\xC3\xA4"}, {"y", ""}});
  CHECK(metrics.text() ==
        "# HELP restanza_a_total a\\\\b\\n\"c\"\n"
        "# TYPE restanza_a_total counter\n"
        "restanza_a_total{x=\"q\\\"b\\\\n\\n\xC3\xA4\",y=\"\"} 0\n");
}

TEST_CASE("a histogram's buckets hold all that was shorter, and end with all there is") {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("restanza_time_seconds", "How long", {{"to", "a"}});
  histogram.note(1ms);  // at a bound
  histogram.note(1ms + 1ns);
  histogram.note(60s);
  histogram.note(60s + 1ns);
  histogram.note(-5s);  // a clock that stepped
  CHECK(metrics.text() ==
        "# HELP restanza_time_seconds How long\n"
        "# TYPE restanza_time_seconds histogram\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.001\"} 2\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.0025\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.005\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.01\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.025\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.05\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.1\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"0.25\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"1\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"5\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"30\"} 3\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"60\"} 4\n"
        "restanza_time_seconds_bucket{to=\"a\",le=\"+Inf\"} 5\n"
        "restanza_time_seconds_sum{to=\"a\"} 120.002000002\n"
        "restanza_time_seconds_count{to=\"a\"} 5\n");
}

TEST_CASE("numbers are written whole, and without the locale") {
  Metrics metrics;
  double value = 0;
  metrics.gauge("restanza_g", "g", {}, [&value] { return value; });
  const auto said = [&](double now) {
    value = now;
    const std::string text = metrics.text();
    return text.substr(text.rfind(' ') + 1);
  };
  CHECK(said(0) == "0\n");
  CHECK(said(-2.25) == "-2.25\n");
  CHECK(said(1234567) == "1234567\n");
  CHECK(said(std::numeric_limits<double>::infinity()) == "+Inf\n");
  CHECK(said(-std::numeric_limits<double>::infinity()) == "-Inf\n");
  CHECK(said(std::numeric_limits<double>::quiet_NaN()) == "NaN\n");
}

TEST_CASE("a gauge may look at what counts at the same time") {
  Metrics metrics;
  metrics.gauge("restanza_g", "g", {},
                [&metrics] { return metrics.counter("restanza_a_total", "a").value() + 1.0; });
  CHECK(metrics.text().find("restanza_g 1\n") != std::string::npos);
}

TEST_CASE("nothing that several threads count is lost, whoever reads meanwhile") {
  Metrics metrics;
  Counter& counter = metrics.counter("restanza_a_total", "a");
  Histogram& histogram = metrics.histogram("restanza_time_seconds", "t");
  const auto count = [&] {
    for (int i = 0; i < 10000; ++i) {
      counter.add();
      histogram.note(2ms);
    }
  };
  std::thread one(count), two(count);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(metrics.text().empty());
  one.join();
  two.join();
  CHECK(counter.value() == 20000);
  CHECK(histogram.cumulative().back() == 20000);
  CHECK(histogram.sum() == 40);
}
