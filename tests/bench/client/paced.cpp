// SPDX-License-Identifier: MIT
// Requests at a constant rate over a fixed number of connections, whatever the answers take: a latency counts
// from the moment when the request was due, so that a server that stalls is not spared the requests of that
// time.
//
//   paced PORT CONNECTIONS RATE SECONDS REQUEST
//
// Prints one line: `sent N failed N p50 MS p90 MS p99 MS p999 MS max MS`. An answer that is not 2xx has
// failed. A server that is slower than that rate is waited for.
//
// Threads: one. Owns its connections.
#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/connection.h"

namespace restanza::bench {
namespace {

constexpr int kEvents = 256;

class Paced {
 public:
  Paced(uint16_t port, size_t connections, double rate, double seconds, std::string request)
      : epoll_(epoll_create1(0)),
        rate_(rate),
        count_(static_cast<size_t>(rate * seconds)),
        request_(std::move(request)) {
    for (uint32_t number = 0; number < connections; ++number) {
      connections_.push_back(std::make_unique<Connection>(epoll_, number, port, 1));
    }
    due_.resize(connections);
    latencies_.reserve(count_);
  }

  void run() {
    while (idle_.size() < connections_.size()) turn(-1);
    const double begin = now();
    size_t sent = 0;
    while (latencies_.size() + failed_ < count_) {
      const double time = now();
      while (sent < count_ && begin + static_cast<double>(sent) / rate_ <= time && !idle_.empty()) {
        const uint32_t number = idle_.front();
        idle_.pop_front();
        due_[number] = begin + static_cast<double>(sent++) / rate_;
        connections_[number]->request(request_);
      }
      const double next = begin + static_cast<double>(sent) / rate_;
      turn(sent < count_ && !idle_.empty() ? std::max(0.0, next - now()) : -1);
    }
    report();
  }

 private:
  // Waits at most `seconds`; negative: for an event.
  void turn(double seconds) {
    epoll_event events[kEvents];
    timespec time{static_cast<time_t>(seconds),
                  static_cast<long>((seconds - static_cast<double>(static_cast<time_t>(seconds))) * 1e9)};
    const int count = epoll_pwait2(epoll_, events, kEvents, seconds < 0 ? nullptr : &time, nullptr);
    for (int i = 0; i < count; ++i) {
      const uint32_t number = events[i].data.u32;
      Connection& connection = *connections_[number];
      const auto before = connection.state();
      connection.step();
      if (connection.state() == Connection::State::closed) {
        throw std::runtime_error("a connection was closed");
      }
      if (connection.state() != Connection::State::idle || before == Connection::State::idle) continue;
      idle_.push_back(number);
      if (before == Connection::State::connecting) continue;
      if (connection.status() / 100 == 2) {
        latencies_.push_back(now() - due_[number]);
      } else {
        ++failed_;
      }
    }
  }

  void report() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto milliseconds = [this](double share) {
      return latencies_.empty()
                 ? 0
                 : latencies_[static_cast<size_t>(share * static_cast<double>(latencies_.size() - 1))] * 1e3;
    };
    printf("sent %zu failed %zu p50 %.3f p90 %.3f p99 %.3f p999 %.3f max %.3f\n", count_, failed_,
           milliseconds(0.5), milliseconds(0.9), milliseconds(0.99), milliseconds(0.999), milliseconds(1));
  }

  const int epoll_;
  const double rate_;
  const size_t count_;
  const std::string request_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<uint32_t> idle_;
  std::vector<double> due_;  // of the request that each connection has under way
  std::vector<double> latencies_;
  size_t failed_ = 0;
};

}  // namespace
}  // namespace restanza::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: paced PORT CONNECTIONS RATE SECONDS REQUEST\n");
    return 2;
  }
  try {
    restanza::bench::Paced(static_cast<uint16_t>(std::stoi(argv[1])), std::stoul(argv[2]), std::stod(argv[3]),
                           std::stod(argv[4]), argv[5])
        .run();
  } catch (const std::exception& error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
