// SPDX-License-Identifier: MIT
// Another process, for what only another process can show: locks, kills, limits. It begins as a copy of this
// one, so it is started before this one has threads, or has the database open. Both sides use the same object
// to speak to each other in lines. One thread on each side.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "world.h"

namespace restanza::journal {

class Child {
 public:
  explicit Child(const std::function<void(Child&)>& work) {
    std::array<int, 2> down{}, up{};
    REQUIRE(pipe(down.data()) == 0);
    REQUIRE(pipe(up.data()) == 0);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    const bool inside = pid_ == 0;
    in_ = inside ? down[0] : up[0];
    out_ = inside ? up[1] : down[1];
    close(inside ? down[1] : up[1]);
    close(inside ? up[0] : down[0]);
    if (!inside) return;
    try {
      work(*this);
    } catch (const std::exception& error) {
      say(std::string("exception: ") + error.what());
    } catch (...) {
      say("an assertion failed");
    }
    _exit(0);
  }
  ~Child() {
    kill();
    close(in_);
    close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void say(std::string line) {
    line += '\n';
    size_t sent = 0;
    while (sent < line.size()) {
      const ssize_t count = write(out_, line.data() + sent, line.size() - sent);
      if (count <= 0) return;
      sent += static_cast<size_t>(count);
    }
  }

  // The next line; absent where the other side is gone, or says nothing within the patience.
  std::optional<std::string> hear() {
    for (;;) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        const std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      pollfd waited{in_, POLLIN, 0};
      if (poll(&waited, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0) return {};
      std::array<char, 4096> bytes{};
      const ssize_t count = read(in_, bytes.data(), bytes.size());
      if (count <= 0) return {};
      buffer_.append(bytes.data(), static_cast<size_t>(count));
    }
  }

  pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string buffer_;
};

// What `work` returns, found out by another process.
inline std::string elsewhere(const std::function<std::string()>& work) {
  Child child([&](Child& side) { side.say(work()); });
  return child.hear().value_or("nothing was said");
}

}  // namespace restanza::journal
