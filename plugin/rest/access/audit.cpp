// SPDX-License-Identifier: MIT
#include "rest/access/audit.h"

#include <chrono>
#include <mutex>
#include <new>
#include <utility>

#include "base/guarded.h"
#include "base/str.h"

namespace restanza::rest {

// What is written, second by second.
class Audit::Lines : public std::enable_shared_from_this<Audit::Lines> {
 public:
  Lines(const Clock& clock, Timer& timer, Log& log) : clock_(clock), timer_(timer), log_(log) {}

  // Whether there is room for one more line in this second; if not, it is counted.
  bool admit() {
    bool to_be_told = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const Instant now = clock_.now();
      if (now - began_ >= kSecond) {
        began_ = now;
        written_ = 0;
      }
      if (written_ < kLines) {
        ++written_;
        return true;
      }
      ++left_out_;
      to_be_told = !std::exchange(will_tell_, true);
    }
    if (to_be_told) tell_later();
    return false;
  }

  void write(const std::string& line) { log_.warn(line); }

  void tell_left_out() noexcept {
    guarded_until_done(log_, "a line about refused credentials", [this] {
      size_t left_out = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        left_out = left_out_;
        will_tell_ = false;
      }
      if (left_out == 0) return;
      log_.warn("credentials refused: " + std::to_string(left_out) + " more, left out here");
      const std::lock_guard<std::mutex> lock(mutex_);
      left_out_ -= left_out;
    });
  }

 private:
  static constexpr std::chrono::seconds kSecond{1};

  void tell_later() {
    try {
      timer_.after(kSecond, [weak = weak_from_this()] {
        if (const auto lines = weak.lock()) lines->tell_left_out();
      });
    } catch (const std::bad_alloc&) {
      const std::lock_guard<std::mutex> lock(mutex_);
      will_tell_ = false;  // the next that is left out tries it again
    }
  }

  const Clock& clock_;
  Timer& timer_;
  Log& log_;
  std::mutex mutex_;
  Instant began_{};  // of the second that is counted
  size_t written_ = 0;
  size_t left_out_ = 0;
  bool will_tell_ = false;
};

Audit::Audit(std::string prefix, const Clock& clock, Timer& timer, Log& log)
    : prefix_(std::move(prefix)), lines_(std::make_shared<Lines>(clock, timer, log)) {}

Audit::~Audit() {
  lines_->tell_left_out();
}

void Audit::refused(const http::Request& request, std::string_view who, std::string_view why) const {
  if (!lines_->admit()) return;
  lines_->write("credentials refused: who=" + quoted(who, kName) + " peer=" + quoted(request.peer, kName) +
                " method=" + quoted(request.method, kMethod) +
                " path=" + quoted(prefix_ + request.path, kPath) + " why=" + quoted(why, kReason));
}

std::string quoted(std::string_view text, size_t most) {
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    if (c == '"' || c == '\\' || c < ' ' || c > '~') {
      out += "\\x" + hex({&c, 1});
    } else {
      out += c;
    }
  }
  return out + (text.size() > most ? "...\"" : "\"");
}

}  // namespace restanza::rest
