// SPDX-License-Identifier: MIT
// Where the plugin's threads leave what Prosody's thread is to do, in the order in which it came: stanzas to
// route, the kit's work, passwords and tokens to check, lines for the log. Prosody's loop waits on the
// descriptor, an eventfd that is readable until everything has been taken.
//
// Threads: any, but take and close, which are for Prosody's. No lock is held while a function of
// somebody else is called. Owns what waits.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kit/xp_host.hpp"
#include "net/wakeup.h"
#include "prosody/flat_stanza.h"

namespace restanza::host {

using LoopWork = std::function<void()>;
struct PasswordQuestion {
  std::string name, password;
  xp::host::Server::Verdict verdict;
};
struct TokenQuestion {
  std::string token;
  xp::host::Server::BearerVerdict verdict;
};
struct LogLine {
  int32_t level;  // one of xp.h
  std::string text;
};
struct HttpAnswer {
  uint64_t request = 0;
  int code = 0;  // 0: the connection is to be cut
  xp::host::Headers headers;
  std::string body;
};
struct DrainDone {};
using CrossingItem = std::variant<std::monostate, FlatStanza, LoopWork, PasswordQuestion, TokenQuestion,
                                  LogLine, HttpAnswer, DrainDone>;

class Crossing {
 public:
  static constexpr size_t kMaxStanzas = 10000;           // that wait to be routed
  static constexpr size_t kMaxBytes = 16 * 1024 * 1024;  // of these; one stanza may always wait
  static constexpr size_t kMaxWriters = 1000;            // that wait for room among them
  static constexpr size_t kMaxQuestions = 256;  // passwords and tokens that wait; past it: not checked
  static constexpr size_t kMaxLines = 1000;     // of the log; past it they are lost, and counted

  int descriptor() const { return wakeup_.descriptor(); }

  // As xp::host::Server has them. XP_INTERNAL: too many wait for room.
  xp_status send(FlatStanza stanza, LoopWork writable);
  void post(LoopWork work);
  void ask(PasswordQuestion question) { ask_or_fail(std::move(question)); }
  void ask(TokenQuestion question) { ask_or_fail(std::move(question)); }

  // A stanza that answers one which was offered: taken whatever waits, for what may be offered has a limit.
  void answer(FlatStanza stanza);
  void answer(HttpAnswer answer);  // one for each request, and these have a limit, too
  void say(int32_t level, std::string_view line);
  void drained();

  // Before the first take of a turn of the loop.
  // The next item; std::monostate where nothing waits, after which the descriptor tells of more.
  CrossingItem take();
  // Before the plugin is ended: whoever waits for room or for a verdict is let go, the kit's work is dropped,
  // and nothing of that comes any more. Stanzas and lines are still there to be taken.
  void close();

 private:
  template <class Question>
  void ask_or_fail(Question question);
  void push(CrossingItem item);  // with the lock
  void push_stanza(FlatStanza stanza);
  bool has_room(size_t more) const {
    return stanzas_ < kMaxStanzas && (stanzas_ == 0 || bytes_ + more <= kMaxBytes);
  }

  Wakeup wakeup_;
  std::mutex mutex_;
  std::deque<CrossingItem> items_;
  std::vector<LoopWork> writers_;
  size_t stanzas_ = 0, bytes_ = 0, questions_ = 0, lines_ = 0, lost_lines_ = 0;
  bool woken_ = false;  // the descriptor is readable
  bool closed_ = false;
};

}  // namespace restanza::host
