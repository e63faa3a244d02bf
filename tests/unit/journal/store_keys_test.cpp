// SPDX-License-Identifier: MIT
// What every store holds to: idempotency keys.
#include "any_store.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

using Kind = Claim::Kind;

Claim claimed(AnyStore& any, const std::string& key, const std::string& fingerprint) {
  return any.ask(ClaimKey{key, fingerprint, any.now()});
}

const std::string kKey("\0\xff key", 6);  // a digest is any bytes

}  // namespace

TEST_CASE("a key is claimed once, is under way until it is answered, and then gives that answer") {
  AnyStore any;
  CHECK(claimed(any, kKey, "body").kind == Kind::ours);
  CHECK(claimed(any, kKey, "body").kind == Kind::started);
  const std::string body("<message/>\0\n", 12);
  any.ask(
      FinishKey{kKey, {202, {{"Stanza-Id", "abc"}, {"Content-Type", "text/plain; charset=utf-8"}}, body}});
  const Claim again = claimed(any, kKey, "body");
  CHECK(again.kind == Kind::answered);
  CHECK(again.answer.status == 202);
  CHECK(again.answer.headers == std::vector<std::pair<std::string, std::string>>{
                                    {"Stanza-Id", "abc"}, {"Content-Type", "text/plain; charset=utf-8"}});
  CHECK(again.answer.body == body);
  CHECK(claimed(any, "another", "body").kind == Kind::ours);
}

TEST_CASE("a key that stands for another request is different, finished or not") {
  AnyStore any;
  CHECK(claimed(any, "key", "body").kind == Kind::ours);
  CHECK(claimed(any, "key", "other").kind == Kind::different);
  any.ask(FinishKey{"key", {202, {}, ""}});
  CHECK(claimed(any, "key", "other").kind == Kind::different);
}

TEST_CASE("a key that was forgotten can be claimed again") {
  AnyStore any;
  CHECK(claimed(any, "key", "body").kind == Kind::ours);
  any.ask(ForgetKey{"key"});
  CHECK(claimed(any, "key", "other").kind == Kind::ours);
}

TEST_CASE("a key that is lost stays so until it is old, and an answer is not lost any more") {
  AnyStore any;
  CHECK(claimed(any, kKey, "body").kind == Kind::ours);
  any.ask(LoseKey{kKey});
  CHECK(claimed(any, kKey, "body").kind == Kind::lost);
  CHECK(claimed(any, kKey, "body").kind == Kind::lost);
  CHECK(claimed(any, kKey, "other").kind == Kind::different);
  any.ask(LoseKey{"no such key"});
  CHECK(claimed(any, "no such key", "body").kind == Kind::ours);
  any.ask(FinishKey{"no such key", {202, {}, ""}});
  any.ask(LoseKey{"no such key"});
  CHECK(claimed(any, "no such key", "body").kind == Kind::answered);
  any.open();
  if (!any.in_memory()) CHECK(claimed(any, kKey, "body").kind == Kind::lost);
  any.clock.advance(kKeyLifetime + 1ms);
  CHECK(claimed(any, kKey, "body").kind == Kind::ours);
}

TEST_CASE("after a restart an answer is known, and what was not finished is lost") {
  AnyStore any;
  CHECK(claimed(any, "answered", "body").kind == Kind::ours);
  any.ask(FinishKey{"answered", {200, {}, "pong"}});
  CHECK(claimed(any, "started", "body").kind == Kind::ours);
  any.open();
  if (any.in_memory()) {
    CHECK(claimed(any, "answered", "body").kind == Kind::ours);
    return;
  }
  CHECK(claimed(any, "answered", "body").answer.body == "pong");
  CHECK(claimed(any, "started", "body").kind == Kind::lost);
  CHECK(claimed(any, "started", "other").kind == Kind::different);
}

TEST_CASE("a key is known for its lifetime to the millisecond, and unknown after it") {
  AnyStore any;
  CHECK(claimed(any, "key", "body").kind == Kind::ours);
  any.clock.advance(kKeyLifetime);
  CHECK(claimed(any, "key", "body").kind == Kind::started);
  any.clock.advance(1ms);
  CHECK(claimed(any, "key", "other").kind == Kind::ours);
  CHECK(claimed(any, "key", "other").kind == Kind::started);
}

TEST_CASE("no key is claimed once the store is full, and known ones go on being known") {
  AnyStore any(200000);
  CHECK(claimed(any, "known", "body").kind == Kind::ours);
  while (!any.store->full()) any.add(std::string(5000, 'x'));
  CHECK(claimed(any, "new", "body").kind == Kind::full);
  CHECK(claimed(any, "known", "body").kind == Kind::started);
}

TEST_CASE("kMaxKeys are remembered and one more is refused, until one is forgotten or they are too old") {
  AnyStore any;
  std::vector<Command> claims;
  for (size_t i = 1; i < kMaxKeys; ++i)
    claims.push_back(ClaimKey{"k" + std::to_string(i), "body", any.now()});
  std::vector<Result<Answer>> answers(claims.size(), Answer());
  std::vector<Write> writes;
  for (size_t i = 0; i < claims.size(); ++i) writes.push_back(Alone{claims[i], answers[i]});
  any.write(writes);
  CHECK(claimed(any, "last", "body").kind == Kind::ours);
  CHECK(claimed(any, "one more", "body").kind == Kind::full);
  CHECK(claimed(any, "last", "body").kind == Kind::started);  // what is known is known

  any.ask(ForgetKey{"k500"});
  CHECK(claimed(any, "one more", "body").kind == Kind::ours);
  CHECK(claimed(any, "another", "body").kind == Kind::full);
  any.clock.advance(kKeyLifetime + 1ms);
  CHECK(claimed(any, "another", "body").kind == Kind::ours);

  for (const std::string key : {"k1", "k2"}) CHECK(claimed(any, key, "other").kind == Kind::ours);
}

TEST_CASE("old keys are forgotten, and no others") {
  AnyStore any;
  CHECK(claimed(any, "old", "body").kind == Kind::ours);
  any.clock.advance(1ms);
  CHECK(claimed(any, "younger", "body").kind == Kind::ours);
  any.clock.advance(kKeyLifetime);
  any.ask(ForgetOldKeys{any.now()});
  CHECK(claimed(any, "younger", "body").kind == Kind::started);
  CHECK(claimed(any, "old", "other").kind == Kind::ours);
}
