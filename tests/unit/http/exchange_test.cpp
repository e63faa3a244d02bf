// SPDX-License-Identifier: MIT
#include "http/exchange.h"

#include <string>
#include <vector>

#include "http/keeping.h"
#include "support/catch.h"
#include "support/memory_exchange.h"

using namespace restanza;
using http::Exchange;
using http::Written;

namespace {

Exchange exchange_to(const std::shared_ptr<MemoryAnswer>& answer) {
  return Exchange(std::make_unique<MemoryResponder>(answer));
}

// Writes down what it is told.
class Noting final : public http::Observer {
 public:
  Noting(std::string name, std::vector<std::string>& notes) : name_(std::move(name)), notes_(notes) {}
  ~Noting() override { notes_.push_back(name_ + " goes"); }
  void began(int status) noexcept override { notes_.push_back(name_ + " began " + std::to_string(status)); }
  void ended(const http::Ending& ending) noexcept override {
    notes_.push_back(name_ + " ended " + std::to_string(ending.status) + " with " +
                     std::to_string(ending.bytes) + " bytes" + (ending.broken_off ? ", broken off" : "") +
                     (ending.client_left ? ", nobody there" : "") +
                     (ending.condition.empty() ? "" : ", " + std::string(ending.condition)));
  }

 private:
  const std::string name_;
  std::vector<std::string>& notes_;
};

// Lets an answer wait until the test gives it.
class Deferring final : public http::Observer {
 public:
  explicit Deferring(std::vector<std::pair<Exchange, http::Response>>& held) : held_(held) {}
  bool defer(Exchange& exchange, http::Response& response) override {
    if (std::exchange(asked_, true)) return false;
    held_.emplace_back(std::move(exchange), std::move(response));
    return true;
  }

 private:
  std::vector<std::pair<Exchange, http::Response>>& held_;
  bool asked_ = false;
};

using Notes = std::vector<std::string>;

}  // namespace

TEST_CASE("an exchange that is dropped without an answer says 500, once") {
  const auto answer = std::make_shared<MemoryAnswer>();
  {
    Exchange first = exchange_to(answer);
    const Exchange second(std::move(first));
  }
  CHECK(answer->status() == 500);
  CHECK(answer->answers == 1);
}

TEST_CASE("an answer comes in pieces, with the headers that were added, and is complete") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Exchange exchange = exchange_to(answer);
  exchange.add_header({"X-Added", "1"});
  exchange.set_common(std::make_shared<const std::vector<http::Header>>(1, http::Header{"Vary", "Origin"}));
  CHECK(exchange.begin({200, {{"Content-Type", "text/plain"}}}) == Written::taken);
  CHECK(exchange.write("one ") == Written::taken);
  CHECK(exchange.write("two") == Written::taken);
  CHECK(answer->answers == 0);
  exchange.end();
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "text/plain");
  CHECK(answer->header("X-Added") == "1");
  CHECK(answer->header("Vary") == "Origin");
  CHECK(answer->body() == "one two");
  CHECK(answer->answers == 1);
  CHECK_FALSE(answer->broken_off);
}

TEST_CASE("what is dropped between begin and end is broken off, and so is what is answered whole then") {
  for (const bool answered : {false, true}) {
    const auto answer = std::make_shared<MemoryAnswer>();
    {
      Exchange exchange = exchange_to(answer);
      exchange.begin({200});
      exchange.write("one");
      if (answered) exchange.respond({404, {}, {}});
    }
    CHECK(answer->broken_off);
    CHECK(answer->status() == 200);
    CHECK(answer->answers == 1);
  }
}

TEST_CASE("an answer that is ended without a begin is 500; nothing is written before, or after the end") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Exchange exchange = exchange_to(answer);
  CHECK(exchange.write("one") == Written::gone);
  exchange.end();
  CHECK(answer->status() == 500);

  const auto other = std::make_shared<MemoryAnswer>();
  Exchange ended = exchange_to(other);
  ended.begin({200});
  ended.end();
  CHECK(ended.write("one") == Written::gone);
  ended.end();
  CHECK(other->body().empty());
  CHECK(other->answers == 1);
}

TEST_CASE("where there is no room nothing is taken, and writable tells when there is again") {
  const auto answer = std::make_shared<MemoryAnswer>();
  int writable = 0;
  Exchange exchange = exchange_to(answer);
  exchange.begin({200}, [&writable] { ++writable; });
  answer->room = false;
  CHECK(exchange.write("one") == Written::would_block);
  CHECK(writable == 0);
  answer->make_room();
  CHECK(writable == 1);
  CHECK(exchange.write("one") == Written::taken);
  exchange.end();
  CHECK(answer->body() == "one");
}

TEST_CASE(
    "who waits for room hears of the client's going, also where nobody watches or the exchange outlasts it") {
  for (const bool outlasts : {false, true}) {
    const auto answer = std::make_shared<MemoryAnswer>();
    int writable = 0;
    Exchange exchange = exchange_to(answer);
    if (outlasts) exchange.outlast_client();
    exchange.begin({200}, [&writable] { ++writable; });
    answer->room = false;
    CHECK(exchange.write("one") == Written::would_block);
    answer->leave();
    CHECK(writable == 1);
    CHECK(exchange.write("one") == Written::gone);
  }
}

TEST_CASE("what has begun does not begin again, and what is over is over") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Exchange exchange = exchange_to(answer);
  CHECK(exchange.begin({200}) == Written::taken);
  CHECK(exchange.begin({404}) == Written::gone);
  CHECK(exchange.write("one") == Written::taken);
  exchange.end();
  CHECK(exchange.begin({404}) == Written::gone);
  exchange.respond({404, {}, {}});
  CHECK(answer->status() == 200);
  CHECK(answer->answers == 1);

  const auto refused = std::make_shared<MemoryAnswer>();
  refused->refuses = true;
  Exchange other = exchange_to(refused);
  CHECK(other.begin({200}) == Written::refused);
  CHECK(other.begin({200}) == Written::gone);
  other.respond({202, {}, {}});
  CHECK(refused->answers == 1);
}

TEST_CASE("a watch from before begin hears of the client's going, and of room too") {
  const auto answer = std::make_shared<MemoryAnswer>();
  int gone = 0;
  int writable = 0;
  Exchange exchange = exchange_to(answer);
  exchange.watch([&gone] { ++gone; });
  exchange.begin({200}, [&writable] { ++writable; });
  answer->make_room();
  CHECK(writable == 1);
  answer->leave();
  CHECK(gone == 1);
  CHECK(writable == 2);  // who waits for room looks again
  CHECK(exchange.write("one") == Written::gone);
  CHECK(answer->answers == 0);  // the end is still to come
  exchange.end();
  CHECK(answer->answers == 1);
}

TEST_CASE("what outlasts its client does not hear of its going") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Exchange exchange = exchange_to(answer);
  exchange.outlast_client();
  exchange.watch([] { FAIL("it has heard"); });
  answer->leave();
  exchange.respond({202, {}, {}});
  CHECK(answer->status() == 202);
}

TEST_CASE("observers hear of the end once, the last one first, and go then") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Notes notes;
  {
    Exchange exchange = exchange_to(answer);
    exchange.observe(std::make_unique<Noting>("a", notes));
    exchange.observe(std::make_unique<Noting>("b", notes));
    exchange.respond({404, {}, "no", "item-not-found"});
    CHECK(notes == Notes{"b ended 404 with 2 bytes, item-not-found",
                         "a ended 404 with 2 bytes, item-not-found", "b goes", "a goes"});
  }
  CHECK(notes.size() == 4);
}

TEST_CASE("observers hear of an answer in pieces when it begins and when it ends") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Notes notes;
  Exchange exchange = exchange_to(answer);
  exchange.observe(std::make_unique<Noting>("a", notes));
  exchange.begin({200});
  CHECK(notes == Notes{"a began 200"});
  exchange.write("one ");
  answer->room = false;
  exchange.write("not taken");
  answer->room = true;
  exchange.write("two");
  exchange.end();
  CHECK(notes == Notes{"a began 200", "a ended 200 with 7 bytes", "a goes"});
}

TEST_CASE("observers hear of what is dropped, broken off, refused, and left by its client") {
  const auto ended = [](const std::function<void(Exchange, MemoryAnswer&)>& use) {
    const auto answer = std::make_shared<MemoryAnswer>();
    Notes notes;
    Exchange exchange = exchange_to(answer);
    exchange.observe(std::make_unique<Noting>("a", notes));
    use(std::move(exchange), *answer);
    CHECK(answer->answers == 1);
    REQUIRE(notes.size() >= 2);
    return notes[notes.size() - 2];
  };
  CHECK(ended([](Exchange, MemoryAnswer&) {}) == "a ended 500 with 0 bytes");
  CHECK(ended([](Exchange exchange, MemoryAnswer&) {
          exchange.begin({200});
          exchange.write("one");
        }) == "a ended 200 with 3 bytes, broken off");
  CHECK(ended([](Exchange exchange, MemoryAnswer& answer) {
          answer.refuses = true;
          CHECK(exchange.begin({200}) == Written::refused);
          CHECK(exchange.write("one") == Written::gone);
        }) == "a ended 500 with 0 bytes");
  CHECK(ended([](Exchange exchange, MemoryAnswer& answer) {
          exchange.begin({200});
          answer.leave();
          exchange.write("one");
          exchange.end();
        }) == "a ended 200 with 0 bytes, nobody there");
}

TEST_CASE("an observer may let an answer wait; others hear of it when it is given") {
  const auto answer = std::make_shared<MemoryAnswer>();
  Notes notes;
  std::vector<std::pair<Exchange, http::Response>> held;
  Exchange exchange = exchange_to(answer);
  exchange.observe(std::make_unique<Noting>("a", notes));
  exchange.observe(std::make_unique<Deferring>(held));
  exchange.add_header({"X-Added", "1"});
  exchange.respond({202, {}, {}});
  CHECK(answer->answers == 0);
  CHECK(notes.empty());
  REQUIRE(held.size() == 1);
  CHECK(held[0].second.headers.size() == 1);
  held[0].first.respond(std::move(held[0].second));
  CHECK(answer->status() == 202);
  CHECK(answer->response->headers.size() == 1);  // added once
  CHECK(notes == Notes{"a ended 202 with 0 bytes", "a goes"});
}

TEST_CASE("what an exchange keeps lives until its end") {
  const auto answer = std::make_shared<MemoryAnswer>();
  auto kept = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = kept;
  Exchange exchange = http::keeping(exchange_to(answer), std::move(kept));
  exchange.begin({200});
  CHECK_FALSE(seen.expired());
  exchange.end();
  CHECK(seen.expired());
}
