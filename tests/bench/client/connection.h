// SPDX-License-Identifier: MIT
// One HTTP connection of a load generator: sends a request, recognizes the end of its answer by
// Content-Length, or follows an answer that has no end until a text is in it; never blocks. A connection that
// fails stays closed.
//
// Threads: one. Ownership: owns its socket; the epoll set that it is in is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace restanza::bench {

// Raises the limit of descriptors as far as it goes; what it is then.
size_t raise_descriptor_limit();

double now();  // seconds of CLOCK_MONOTONIC

class Connection {
 public:
  // Begins to connect to the port of loopback. `source` is the last byte of the own address 127.0.0.x: one of
  // them has some 28,000 ports. Throws std::runtime_error where there is no descriptor left.
  Connection(int epoll, uint32_t number, uint16_t port, unsigned source);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class State { connecting, idle, waiting, closed };
  State state() const { return state_; }
  int status() const { return status_; }  // of the last answer

  // When idle; both texts must stay until the answer. `until`: the answer is one that goes on, and counts as
  // there once it has this; what comes behind it is not looked at.
  void request(std::string_view text, std::string_view until = {});
  void step();  // after an event of its socket

 private:
  void send();
  void receive();
  void close();
  bool complete();

  int socket_;
  State state_ = State::connecting;
  int status_ = 0;
  std::string_view unsent_;
  std::string_view until_;
  std::string received_;
};

}  // namespace restanza::bench
