// SPDX-License-Identifier: MIT
// The other end of a component's stream: a server that drains it, or a component of a real server, cheap
// enough that it is never what limits a measurement.
//
//   peer listen                            prints `listening PORT`, takes one component after the other
//   peer connect PORT DOMAIN SECRET        logs in to a server as a component
//
// Either prints `ready` after a login, and obeys lines of standard input, each answered by a line:
//   push COUNT DOMAIN TO     messages from COUNT people at DOMAIN in turn (64 of them) > pushed COUNT
//   hold                     keeps the iqs that come from now on                      > holding
//   kept                                                                              > kept COUNT
//   answer                   answers them all        > answered TIME (of CLOCK_MONOTONIC, before the first)
//   messages                                                                          > messages COUNT
// It ends with its input.
//
// Threads: one. Owns its sockets.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "peer/component_stream.h"

namespace restanza::bench {
namespace {

constexpr int kPeople = 64;
constexpr uint64_t kBatch = 256;  // messages that are written at once
constexpr const char* kText = "The backup of Tuesday took 12 minutes, all is well.";

int listen_on_loopback() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, size) != 0 || listen(listener, 8) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("the peer cannot listen");
  }
  printf("listening %d\n", ntohs(address.sin_port));
  return listener;
}

// What is still to be pushed; the text is made when the socket has room.
struct Push {
  uint64_t count = 0;
  uint64_t made = 0;
  std::string domain, to;

  std::string next_batch() {
    std::string text;
    for (uint64_t i = 0; i < kBatch && made < count; ++i, ++made) {
      text += "<message type='chat' id='m" + std::to_string(made) + "' to='" + to + "' from='user" +
              std::to_string(made % kPeople) + "@" + domain + "/phone'><body>" + kText + "</body></message>";
    }
    return text;
  }
};

class Peer {
 public:
  int run(int argc, char** argv) {
    setvbuf(stdout, nullptr, _IOLBF, 0);
    if (argc == 5 && std::string(argv[1]) == "connect") {
      stream_.emplace(
          ComponentStream::connected(static_cast<uint16_t>(std::stoi(argv[2])), argv[3], argv[4]));
      puts("ready");
    } else if (argc == 2 && std::string(argv[1]) == "listen") {
      listener_ = listen_on_loopback();
    } else {
      fprintf(stderr, "usage: peer listen | peer connect PORT DOMAIN SECRET\n");
      return 2;
    }
    while (turn()) continue;
    return 0;
  }

 private:
  bool turn() {
    const bool writing = stream_ && (stream_->has_unsent() || push_);
    pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {stream_ ? stream_->descriptor() : listener_, POLLIN, 0}};
    if (writing) watched[1].events |= POLLOUT;
    if (poll(watched, 2, -1) < 0) return false;
    if (watched[0].revents != 0 && !read_commands()) return false;
    if (watched[1].revents == 0) return true;
    if (!stream_) {
      stream_.emplace(ComponentStream::accepted(listener_));
      puts("ready");
      return true;
    }
    if ((watched[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !stream_->receive()) {
      stream_.reset();
      return listener_ >= 0;
    }
    if ((watched[1].revents & POLLOUT) != 0) write();
    return true;
  }

  void write() {
    stream_->flush();
    while (push_ && !stream_->has_unsent()) {
      stream_->send(push_->next_batch());
      if (push_->made < push_->count) continue;
      printf("pushed %llu\n", static_cast<unsigned long long>(push_->count));
      push_.reset();
    }
  }

  bool read_commands() {
    char buffer[4096];
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got <= 0) return false;
    commands_.append(buffer, static_cast<size_t>(got));
    for (size_t end = commands_.find('\n'); end != std::string::npos; end = commands_.find('\n')) {
      obey(commands_.substr(0, end));
      commands_.erase(0, end + 1);
    }
    return true;
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (!stream_) throw std::runtime_error("nobody has logged in, so this cannot be done: " + line);
    if (what == "push") {
      push_.emplace();
      words >> push_->count >> push_->domain >> push_->to;
    } else if (what == "hold") {
      stream_->keep_iqs(true);
      puts("holding");
    } else if (what == "kept") {
      printf("kept %zu\n", stream_->kept_iqs());
    } else if (what == "messages") {
      printf("messages %llu\n", static_cast<unsigned long long>(stream_->messages()));
    } else if (what == "answer") {
      timespec now{};
      clock_gettime(CLOCK_MONOTONIC, &now);
      stream_->answer_kept_iqs();
      printf("answered %lld.%09ld\n", static_cast<long long>(now.tv_sec), now.tv_nsec);
    } else {
      throw std::runtime_error("what is this: " + line);
    }
  }

  int listener_ = -1;
  std::optional<ComponentStream> stream_;
  std::optional<Push> push_;
  std::string commands_;  // not yet whole lines
};

}  // namespace
}  // namespace restanza::bench

int main(int argc, char** argv) {
  try {
    return restanza::bench::Peer().run(argc, argv);
  } catch (const std::exception& error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
