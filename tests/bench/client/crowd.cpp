// SPDX-License-Identifier: MIT
// Many connections at once, each with one request:
//
//   crowd PORT COUNT REQUEST [KINDS [UNTIL]]
//
// REQUEST is the text of it, head and body; of KINDS (1) kinds, which have their number, from 0, for "{}".
// With UNTIL the answers go on, and each counts as there once it has this text. Prints `limit N` where fewer
// descriptors than COUNT can be had, and makes that many connections; `sent N` when all requests are on their
// way; `done TIME STATUS=N...` when all are answered, with the time (CLOCK_MONOTONIC) of the last answer, and
// `closed` for a status where there was none. Keeps the connections until its input ends; `left N` then says
// how many of them are still open.
//
// Threads: one. Owns its connections.
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/connection.h"

namespace restanza::bench {
namespace {

constexpr size_t kConnectingAtOnce = 256;
constexpr size_t kOtherDescriptors = 100;  // that both sides need besides the connections
constexpr size_t kOfOneAddress = 10000;
constexpr int kEvents = 512;
constexpr std::string_view kNumber = "{}";

class Crowd {
 public:
  Crowd(uint16_t port, size_t count, const std::string& request, size_t kinds, std::string until)
      : epoll_(epoll_create1(0)), port_(port), count_(count), until_(std::move(until)) {
    const size_t at = request.find(kNumber);
    for (size_t i = 0; i < kinds; ++i) {
      requests_.push_back(request);
      if (at != std::string::npos) requests_.back().replace(at, kNumber.size(), std::to_string(i));
    }
    const size_t most = raise_descriptor_limit() - kOtherDescriptors;
    if (count_ > most) {
      count_ = most;
      printf("limit %zu\n", most);
    }
    connections_.reserve(count_);
  }

  int run() {
    double last = 0;
    bool told = false;
    while (answered_ < count_) {
      while (connections_.size() < count_ && connections_.size() - sent_ < kConnectingAtOnce) add();
      turn(-1);
      last = now();
      if (sent_ == count_ && !told) printf("sent %zu\n", count_);
      told = sent_ == count_;
    }
    printf("done %.6f", last);
    for (const auto& [status, count] : statuses_) {
      printf(" %s=%zu", status == 0 ? "closed" : std::to_string(status).c_str(), count);
    }
    printf("\n");
    while (true) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      turn(0);
      if (poll(&input, 1, 100) > 0) break;
    }
    turn(0);
    printf("left %zu\n",
           static_cast<size_t>(std::count_if(connections_.begin(), connections_.end(), [](const auto& each) {
             return each->state() != Connection::State::closed;
           })));
    return 0;
  }

 private:
  void add() {
    const auto number = static_cast<uint32_t>(connections_.size());
    connections_.push_back(std::make_unique<Connection>(epoll_, number, port_,
                                                        2 + static_cast<unsigned>(number / kOfOneAddress)));
  }

  void turn(int milliseconds) {
    epoll_event events[kEvents];
    const int count = epoll_wait(epoll_, events, kEvents, milliseconds);
    for (int i = 0; i < count; ++i) {
      Connection& connection = *connections_[events[i].data.u32];
      const auto before = connection.state();
      if (before == Connection::State::closed) continue;
      connection.step();
      if (before == Connection::State::connecting && connection.state() == Connection::State::idle) {
        ++sent_;
        connection.request(requests_[events[i].data.u32 % requests_.size()], until_);
      } else if (before == Connection::State::connecting && connection.state() == Connection::State::closed) {
        ++sent_;
        finished(0);
      } else if (before == Connection::State::waiting && connection.state() != before) {
        finished(connection.status());
      }
    }
  }

  void finished(int status) {
    ++answered_;
    ++statuses_[status];
  }

  const int epoll_;
  const uint16_t port_;
  size_t count_;
  std::vector<std::string> requests_;
  const std::string until_;
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t sent_ = 0;
  size_t answered_ = 0;
  std::map<int, size_t> statuses_;
};

}  // namespace
}  // namespace restanza::bench

int main(int argc, char** argv) {
  if (argc < 4 || argc > 6) {
    fprintf(stderr, "usage: crowd PORT COUNT REQUEST [KINDS [UNTIL]]\n");
    return 2;
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    const size_t kinds = argc > 4 ? std::stoul(argv[4]) : 1;
    return restanza::bench::Crowd(static_cast<uint16_t>(std::stoi(argv[1])), std::stoul(argv[2]), argv[3],
                                  kinds, argc > 5 ? argv[5] : "")
        .run();
  } catch (const std::exception& error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
