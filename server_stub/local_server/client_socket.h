// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of one accepted connection, both ways. What a client does not read waits here up to a limit; past
// it the connection is dropped, so that one client cannot hold the memory of all.
//
// The loop's thread only. Owns the descriptor. Handlers run from the loop, never inside a call of the owner,
// which destroys the socket outside of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/event_loop.h"

namespace restanza::host::local {

class ClientSocket {
 public:
  struct Handlers {
    std::function<void(std::string_view)> bytes;
    std::function<void(const char* why)> ended;  // once; nothing comes after it
  };

  ClientSocket(EventLoop& loop, int fd, size_t max_unread, Handlers handlers);
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  void send(std::string_view bytes);
  void finish();  // sends what waits, then tells the peer that no more comes; goes on reading
  void drop(const char* why);
  size_t unread() const { return out_.size() - sent_; }

 private:
  void ready(uint32_t events);
  void read_some();
  void flush();
  void shut_when_flushed();

  EventLoop& loop_;
  const int fd_;
  const size_t max_unread_;
  const Handlers handlers_;
  EventLoop::Token watch_ = 0;
  std::string out_;
  size_t sent_ = 0;  // of out_
  bool waits_for_room_ = false;
  bool finishing_ = false;
  bool out_of_step_ = false;  // what the peer sent was lost in part
  bool dead_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace restanza::host::local
