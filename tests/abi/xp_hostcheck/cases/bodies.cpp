// SPDX-License-Identifier: MIT
#include <utility>

#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

constexpr std::chrono::seconds kMoment{2};  // for a head to arrive

// A client that has sent the first half of its body, and waits for leave to send the other one.
class Half {
 public:
  explicit Half(Session& session, bool leaves = false) : session_(session) {
    session.is_ready();
    session.needs("http_read");
    answer_ =
        session.request_later({"POST", "/rest", {}, "first", "second", leave_.get_future().share(), leaves});
    if (session.reported("follows", 1, kMoment) == Text{"1"}) {
      const Text pieces = session.reported("piece", 1);
      session.require(!pieces.empty() && pieces[0] == "5", rules::kPieces,
                      "what had come of a body was not given");
      return;
    }
    goes_on();
    throw LeftOut("the host hands bodies over whole");
  }
  ~Half() { goes_on(); }
  Half(const Half&) = delete;
  Half& operator=(const Half&) = delete;

  void goes_on() {
    if (!std::exchange(gone_on_, true)) leave_.set_value();
  }
  HttpAnswer answer() { return answer_.get(); }

  // Each piece that was asked for has been given, and none beside them.
  void pieces_are_right() const {
    const size_t asked = session_.reported("asked").size(), given = session_.reported("piece").size();
    session_.require(asked == given, rules::kOnePiece,
                     "pieces asked for: " + std::to_string(asked) + ", given: " + std::to_string(given));
  }

 private:
  Session& session_;
  std::future<HttpAnswer> answer_;
  std::promise<void> leave_;  // goes first: the client waits for it no longer then
  bool gone_on_ = false;
};

void whole_body(Session& s) {
  Half half(s);
  half.goes_on();
  s.require(s.reported("end", 1) == Text{std::to_string(XP_OK)}, rules::kPieces, "the end was not told");
  s.require(s.reported("piece").back() == "11", rules::kPieces,
            "of 11 bytes there came " + s.reported("piece").back());
  s.returned("http_read", {XP_INVALID}, rules::kNoPiece);
  s.require(half.answer().status == 200, rules::kPieces, "the client got no answer");
  s.ends_well();
  half.pieces_are_right();
}

void client_leaves(Session& s) {
  Half half(s, true);
  half.goes_on();
  s.require(s.reported("end", 1) == Text{std::to_string(XP_GONE)}, rules::kBodyGone,
            "that the client has left in its body was not told");
  s.ends_well();
  half.pieces_are_right();
}

void end_in_a_body(Session& s) {
  Half half(s);
  s.ends_well();
  s.require(s.reported("end") == Text{std::to_string(XP_GONE)}, rules::kBodyGone,
            "the end of the host did not end the body");
  half.pieces_are_right();
}

}  // namespace

std::vector<Case> body_cases() {
  return {{"body_in_pieces", "takes_pieces", "a body that is asked for in pieces comes whole", whole_body},
          {"body_breaks_off", "takes_pieces", "a client that leaves in its body is told", client_leaves},
          {"body_at_the_end", "takes_pieces", "a body that still comes holds up no end", end_in_a_body}};
}

}  // namespace restanza::hostcheck
