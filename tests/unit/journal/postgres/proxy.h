// SPDX-License-Identifier: MIT
// A server of PostgreSQL behind a Unix socket of the test's own, whose connections break where a test wants
// them to. Its thread is its own; the functions are for the test's.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "unit/journal/world.h"

namespace restanza::journal::postgres {

class Proxy {
 public:
  enum class Mode {
    passes,   // what each side says
    deaf,     // everything, but the connection breaks before the server's next word arrives
    mute,     // nothing: the connection breaks before the client's next word leaves
    refuses,  // no new connections
  };

  explicit Proxy(std::string server) : server_(std::move(server)) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un here = address(directory_.file(".s.PGSQL.5432"));
    REQUIRE(bind(listener_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0);
    REQUIRE(listen(listener_, 64) == 0);
    thread_ = std::thread([this] { loop(); });
  }
  ~Proxy() {
    ended_ = true;
    thread_.join();
    hang_up();
    close(listener_);
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  const std::string& directory() const { return directory_.path; }
  // What becomes of the connections that there are, and of those that come. `spared`: so many words of the
  // server arrive before.
  void be(Mode now, Mode later, int spared = 0) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Pair& pair : pairs_) {
      pair.mode = now;
      pair.spared = spared;
    }
    later_ = later;
  }
  void be(Mode mode) { be(mode, mode); }

 private:
  struct Pair {
    int client;
    int server;
    Mode mode;
    int spared = 0;
  };

  static sockaddr_un address(const std::string& path) {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    std::strncpy(out.sun_path, path.c_str(), sizeof out.sun_path - 1);
    return out;
  }
  void hang_up() {
    for (const Pair& pair : pairs_) {
      close(pair.client);
      close(pair.server);
    }
    pairs_.clear();
  }
  void join_in() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un there = address(server_);
    if (later_ == Mode::refuses ||
        connect(server, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
      close(client);
      close(server);
      return;
    }
    pairs_.push_back({client, server, later_});
  }
  // False: it has ended.
  bool pass(Pair& pair, bool of_client) {
    const int from = of_client ? pair.client : pair.server, to = of_client ? pair.server : pair.client;
    std::array<char, 65536> bytes;
    const ssize_t count = read(from, bytes.data(), bytes.size());
    if (count <= 0 || (of_client && pair.mode == Mode::mute)) return false;
    if (!of_client && pair.mode == Mode::deaf && pair.spared-- <= 0) return false;
    for (ssize_t sent = 0; sent < count;) {
      const ssize_t more = send(to, bytes.data() + sent, static_cast<size_t>(count - sent), MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += more;
    }
    return true;
  }
  std::vector<pollfd> descriptors() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<pollfd> fds = {{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      fds.push_back({pair.client, POLLIN, 0});
      fds.push_back({pair.server, POLLIN, 0});
    }
    return fds;
  }
  void loop() {
    while (!ended_) {
      auto fds = descriptors();
      if (poll(fds.data(), fds.size(), 10) <= 0) continue;
      const std::lock_guard<std::mutex> lock(mutex_);
      std::vector<Pair> left;
      for (size_t i = 0; i < pairs_.size(); ++i) {
        Pair& pair = pairs_[i];
        const bool alive = (fds[2 * i + 1].revents == 0 || pass(pair, true)) &&
                           (fds[2 * i + 2].revents == 0 || pass(pair, false));
        if (alive) {
          left.push_back(pair);
        } else {
          close(pair.client);
          close(pair.server);
        }
      }
      pairs_ = std::move(left);
      if (fds[0].revents != 0) join_in();
    }
  }

  const Directory directory_;
  const std::string server_;
  int listener_ = -1;
  std::atomic<bool> ended_{false};
  std::mutex mutex_;  // of the next two
  Mode later_ = Mode::passes;
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace restanza::journal::postgres
