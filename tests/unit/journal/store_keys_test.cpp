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

const KeyLimits kRoomy{uint64_t{1} << 30, uint64_t{1} << 30};

Claim claimed_by(AnyStore& any, const std::string& credential, const std::string& key,
                 const KeyLimits& limits = kRoomy) {
  return any.ask(ClaimKey{key, "body", any.now(), credential, limits});
}

// A key with an answer of so many bytes.
void answer(AnyStore& any, const std::string& credential, const std::string& key, size_t bytes,
            const KeyLimits& limits = kRoomy) {
  CHECK(claimed_by(any, credential, key, limits).kind == Kind::ours);
  any.ask(FinishKey{key, {200, {}, std::string(bytes, 'x')}, limits});
}

// What has become of keys that are known.
std::string states(AnyStore& any, const std::string& credential, const std::vector<std::string>& keys,
                   const KeyLimits& limits = kRoomy) {
  std::string all;
  for (const std::string& key : keys) {
    const Kind kind = claimed_by(any, credential, key, limits).kind;
    all += kind == Kind::answered  ? "answered "
           : kind == Kind::dropped ? "dropped "
           : kind == Kind::started ? "started "
                                   : "? ";
  }
  return all;
}

uint64_t used_by(AnyStore& any, const std::string& credential) {
  for (const KeyUse& use : any.ask(CountKeys{1000}).credentials) {
    if (use.credential == credential) return use.bytes;
  }
  return 0;
}

// What a key with an answer of so many bytes counts here: how much that is, each store decides.
uint64_t measured(AnyStore& any, size_t bytes) {
  answer(any, "m", "m1", bytes);
  const uint64_t counted = used_by(any, "m");
  CHECK(any.ask(DiscardKeys{"m", 1}) == 1);
  return counted;
}

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

TEST_CASE("a store that is full of deliveries takes keys all the same, and known ones go on being known") {
  AnyStore any(200000);
  CHECK(claimed(any, "known", "body").kind == Kind::ours);
  while (!any.store->full()) any.add(std::string(5000, 'x'));
  CHECK(claimed(any, "new", "body").kind == Kind::ours);
  CHECK(claimed(any, "known", "body").kind == Kind::started);
}

TEST_CASE("answers of any size leave deliveries the room that they have without them") {
  AnyStore any(1000000);
  const auto fill = [&] {
    std::vector<Seq> seqs;
    while (!any.store->full()) seqs.push_back(any.add(std::string(5000, 'x')).seq);
    return seqs;
  };
  const auto without = fill();
  any.ask(Discard{without, {}});
  const size_t size = GENERATE(0u, 100u, 600u, 2100u, 3000u, 4100u, 5000u, 8300u, 100000u);
  CAPTURE(size);
  std::vector<Command> commands;
  for (size_t i = 0; i < 1 + 1000000 / (size + 600); ++i) {
    const std::string key = "k" + std::to_string(i);
    commands.push_back(ClaimKey{key, "body", any.now(), "a", kRoomy});
    commands.push_back(FinishKey{key, {200, {}, std::string(size, 'x')}, kRoomy});
  }
  std::vector<Result<Answer>> answers(commands.size(), Answer());
  std::vector<Write> writes;
  for (size_t i = 0; i < commands.size(); ++i) writes.push_back(Alone{commands[i], answers[i]});
  any.write(writes);
  CHECK(used_by(any, "a") > 500000);
  CHECK(fill().size() >= without.size());
}

TEST_CASE(
    "a credential that has too much loses its oldest answers, which are known to be gone, and no other's") {
  AnyStore any;
  const uint64_t one = measured(any, 20000);
  const KeyLimits limits{4 * one - 1, 100 * one};
  answer(any, "b", "b1", 20000, limits);
  for (const std::string key : {"a1", "a2", "a3", "a4"}) answer(any, "a", key, 20000, limits);
  CHECK(states(any, "a", {"a1", "a2", "a3", "a4"}, limits) == "dropped answered answered answered ");
  CHECK(states(any, "b", {"b1"}, limits) == "answered ");
  const Claim gone = claimed_by(any, "a", "a1", limits);
  CHECK(gone.answer.status == 200);
  CHECK(gone.answer.body.empty());
  CHECK(any.ask(ClaimKey{"a1", "other", any.now(), "a", limits}).kind == Kind::different);
  CHECK(used_by(any, "a") <= limits.each);

  any.open();
  if (any.in_memory()) return;
  CHECK(states(any, "a", {"a1", "a2"}, limits) == "dropped answered ");
}

TEST_CASE("all credentials together have a limit too, and who has most makes room for the others") {
  AnyStore any;
  const uint64_t one = measured(any, 20000);
  const KeyLimits limits{4 * one, 6 * one - 1};
  answer(any, "c", "c1", 20000, limits);
  for (const std::string key : {"a1", "a2", "a3"}) answer(any, "a", key, 20000, limits);
  CHECK(states(any, "a", {"a1", "a2", "a3"}, limits) == "answered answered answered ");
  answer(any, "b", "b1", 20000, limits);
  answer(any, "b", "b2", 20000, limits);
  CHECK(states(any, "a", {"a1", "a2", "a3"}, limits) == "dropped answered answered ");
  CHECK(states(any, "b", {"b1", "b2"}, limits) == "answered answered ");
  CHECK(states(any, "c", {"c1"}, limits) == "answered ");
  CHECK(any.ask(CountKeys{10}).bytes <= limits.together);
}

TEST_CASE("where no answers are left to drop, who has most loses its oldest keys that are not under way") {
  AnyStore any;
  const KeyLimits limits{100000, 6 * measured(any, 0) - 1};  // five keys
  for (const std::string key : {"a1", "a2", "a3"}) answer(any, "a", key, 0, limits);
  CHECK(claimed_by(any, "a", "a4", limits).kind == Kind::ours);
  CHECK(claimed_by(any, "b", "b1", limits).kind == Kind::ours);
  any.ask(LoseKey{"a2"});  // it is answered: that stays
  CHECK(claimed_by(any, "b", "b2", limits).kind == Kind::ours);
  CHECK(any.ask(CountKeys{10}).keys == 5);
  CHECK(states(any, "a", {"a2", "a3", "a4"}, limits) == "dropped dropped started ");
  CHECK(states(any, "b", {"b1", "b2"}, limits) == "started started ");

  any.ask(DiscardKeys{"a", 10});
  for (const std::string key : {"b3", "b4"}) CHECK(claimed_by(any, "b", key, limits).kind == Kind::ours);
  CHECK(claimed_by(any, "b", "b5", limits).kind == Kind::full);  // all are under way
  CHECK(any.ask(CountKeys{10}).keys == 5);
  any.ask(LoseKey{"b1"});
  CHECK(claimed_by(any, "b", "b5", limits).kind == Kind::ours);
  CHECK(states(any, "b", {"b2", "b5"}, limits) == "started started ");
}

TEST_CASE("an answer that would not fit alone is not kept, and pushes out no other") {
  AnyStore any;
  const KeyLimits limits{100000, 1000000};
  answer(any, "a", "small", 20000, limits);
  answer(any, "a", "large", limits.each, limits);
  CHECK(states(any, "a", {"small", "large"}, limits) == "answered dropped ");
}

TEST_CASE("who has how many keys is counted, the greatest first, and goes on over a restart") {
  AnyStore any;
  CHECK(any.ask(CountKeys{10}).keys == 0);
  CHECK(any.ask(CountKeys{10}).bytes == 0);
  answer(any, "a", "a1", 0);
  answer(any, "b", "b1", 50000);
  CHECK(claimed_by(any, "a", "a2").kind == Kind::ours);
  const auto shown = [&] {
    const KeysKept kept = any.ask(CountKeys{10});
    std::string text = std::to_string(kept.keys) + ":";
    uint64_t sum = 0;
    for (const KeyUse& use : kept.credentials) {
      text += " " + use.credential + " " + std::to_string(use.keys);
      sum += use.bytes;
    }
    CHECK(sum == kept.bytes);
    return text;
  };
  CHECK(shown() == "3: b 1 a 2");
  CHECK(used_by(any, "b") >= 50000);
  CHECK(any.ask(CountKeys{1}).credentials.size() == 1);
  any.ask(ForgetKey{"b1"});
  CHECK(shown() == "2: a 2");
  any.open();
  if (!any.in_memory()) CHECK(shown() == "2: a 2");
  any.clock.advance(kKeyLifetime + 1ms);
  any.ask(ForgetOldKeys{any.now()});
  CHECK(shown() == "0:");
}

TEST_CASE("keys are discarded of one credential or of all, the oldest first, but those under way stay") {
  AnyStore any;
  for (const std::string key : {"a1", "a2", "a3"}) answer(any, "a", key, 100);
  answer(any, "b", "b1", 100);
  CHECK(claimed_by(any, "a", "a4").kind == Kind::ours);
  CHECK(any.ask(DiscardKeys{"a", 2}) == 2);
  CHECK(states(any, "a", {"a3", "a4"}) == "answered started ");
  CHECK(any.ask(DiscardKeys{"a", 2}) == 1);
  CHECK(states(any, "b", {"b1"}) == "answered ");
  CHECK(any.ask(DiscardKeys{"", 10}) == 1);
  CHECK(any.ask(CountKeys{10}).keys == 1);
  any.ask(LoseKey{"a4"});
  CHECK(any.ask(DiscardKeys{"", 10}) == 1);
  CHECK(any.ask(CountKeys{10}).bytes == 0);
}

TEST_CASE("kMaxKeys of one credential are remembered and one more is refused, and others have their own") {
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
  CHECK(claimed_by(any, "another", "another's").kind == Kind::ours);

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
