// SPDX-License-Identifier: MIT
// Who asks for stanzas, as the settings say it.
#include "feed/settings.h"

#include "config/reader.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::feed;

namespace {

// The error, or the names of the consumers.
std::string read(const std::string& json, ConsumerList& list) {
  const auto done = config::read_object(
      json, [&](config::Reader& reader) { settings::read_each(consumer_list_settings(), reader, list); });
  if (!done) return done.error().text;
  if (const auto sound = complete(list, "rest.localhost"); !sound) return sound.error().text;
  std::string names;
  for (const auto& one : list.consumers) names += one.name + " ";
  return names;
}
std::string read(const std::string& json) {
  ConsumerList list;
  return read(json, list);
}

std::string many(size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i)
    all += (i == 0 ? "" : ",") + ("{\"name\":\"c" + std::to_string(i) + "\"}");
  return "{\"updates\":[" + all + "]}";
}

}  // namespace

TEST_CASE("true is one consumer of everything, and false and nothing are none") {
  ConsumerList list;
  CHECK(read(R"({"updates": true})", list) == "default ");
  CHECK(list.consumers[0].max_queued == 100000);
  CHECK(list.consumers[0].max_age == std::chrono::hours(24));
  CHECK(list.consumers[0].domain == "rest.localhost");
  CHECK(list.consumers[0].kinds == subscription::kAllKinds);
  CHECK(read(R"({"updates": false})").empty());
  CHECK(read("{}").empty());
}

TEST_CASE("a list has a table for each, with the filters that endpoints have") {
  ConsumerList list;
  CHECK(read(R"({"updates": [{"name": "a", "stanzas": ["message"], "events": ["bare"], "types": ["chat"],
                 "from": "*@localhost", "to": "bot@rest.localhost", "namespaces": "urn:x", "max_queued": 1,
                 "max_age": 1209600, "reply": true}, {}]})",
             list) == "a default ");
  const ConsumerSettings& a = list.consumers[0];
  CHECK(a.kinds == subscription::mask(xmpp::Kind::message));
  CHECK(a.events == subscription::mask(subscription::Event::bare));
  CHECK(a.types == std::vector<std::string>{"chat"});
  CHECK(a.from == std::vector<std::string>{"*@localhost"});
  CHECK(a.namespaces == std::vector<std::string>{"urn:x"});
  CHECK(a.max_age == std::chrono::hours(14 * 24));
  CHECK(a.reply);
  CHECK_FALSE(a == list.consumers[1]);
  CHECK(list.consumers[1] == list.consumers[1]);
}

TEST_CASE("what is wrong is named with its path") {
  CHECK(read(R"({"updates": "yes"})").find("setting 'updates' must be true or false") == 0);
  CHECK(read(R"({"updates": [{"name": "a b"}]})") ==
        "setting 'updates[0].name' must be 1 to 64 letters of ASCII, digits, '.', '_' and '-', and is 'a b'");
  CHECK(read(R"({"updates": [{"name": "a"}, {"name": "a"}]})") ==
        "setting 'updates[1].name' is 'a' like another's: give it its own");
  CHECK(read(R"({"updates": [{}, {"name": "b", "from": [""]}]})") ==
        "setting 'updates[1].from' holds an empty text, which nothing matches: remove it");
  CHECK(read(R"({"updates": [{"url": "http://x"}]})").find("setting 'updates[0].url' is an unknown option") ==
        0);
  for (const char* bounds :
       {R"("max_queued": 0)", R"("max_queued": 1000001)", R"("max_age": 0)", R"("max_age": 1209601)"}) {
    CAPTURE(bounds);
    CHECK(read(std::string(R"({"updates": [{)") + bounds + "}]}").find("setting 'updates[0].max_") == 0);
  }
}

TEST_CASE("kMaxConsumers are served, and one more is refused") {
  ConsumerList list;
  CHECK(read(many(kMaxConsumers), list).rfind("c0 ", 0) == 0);
  CHECK(list.consumers.size() == kMaxConsumers);
  CHECK(read(many(kMaxConsumers + 1)) == "setting 'updates' has 16385 entries: at most 16384 are served");
}
