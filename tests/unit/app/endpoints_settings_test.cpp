// SPDX-License-Identifier: MIT
#include "support/catch.h"
#include "unit/app/reading.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

// The refusal of an entry with a name, a URL and something more.
std::string entry(const std::string& more) {
  return refusal(R"({"rest_callbacks": [{"name": "bot", "url": "http://h/")" + more + "}]}");
}

std::string entries(size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) {
    list += std::string(i ? "," : "") + R"({"name": "e)" + std::to_string(i) + R"(", "url": "http://h/"})";
  }
  return R"({"rest_callbacks": [)" + list + "]}";
}

}  // namespace

TEST_CASE("the short form is one endpoint with mod_rest's names and defaults") {
  const auto settings = read(R"({"rest_callback_url": "http://127.0.0.1:9999/stanzas",
    "rest_callback_stanzas": ["message", "iq"], "rest_callback_events": ["bare"]})");
  REQUIRE(settings);
  REQUIRE(settings->webhooks.endpoints.size() == 1);
  const webhook::Settings& callback = settings->webhooks.endpoints[0];
  CHECK_FALSE(callback.gone_disables);
  CHECK(callback.name == "default");
  CHECK(callback.url == "http://127.0.0.1:9999/stanzas");
  CHECK(callback.format == mapping::Format::xml);
  CHECK(callback.kinds == 5);
  CHECK(callback.events == mask(webhook::Event::bare));
  CHECK(callback.timeout == 30s);
  CHECK(callback.retry);
  const auto once = read(R"({"rest_callback_url": "http://h/", "rest_callback_retry": false,
    "rest_callback_timeout": 2.5, "rest_callback_content_type": "json"})");
  REQUIRE(once);
  CHECK_FALSE(once->webhooks.endpoints.at(0).retry);
  CHECK(once->webhooks.endpoints.at(0).timeout == 2500ms);
  CHECK(once->webhooks.endpoints.at(0).format == mapping::Format::json);
}

TEST_CASE("without a URL the short form's companions are checked and do nothing") {
  const auto settings = read(R"({"rest_callback_timeout": 5, "rest_callback_retry": true})");
  REQUIRE(settings);
  CHECK(settings->webhooks.endpoints.empty());
  CHECK(read(R"({"rest_callback_url": ""})")->webhooks.endpoints.empty());
  CHECK(refusal(R"({"rest_callback_stanzas": ["letter"]})") ==
        "setting 'rest_callback_stanzas' knows message, presence, iq, and not 'letter'");
  CHECK(refusal(R"({"rest_callback_retry": 1})") ==
        "setting 'rest_callback_retry' must be true or false, and is 1");
}

TEST_CASE("an entry of the list says everything about its endpoint") {
  webhook::EndpointList list;
  REQUIRE(config::read_object(
      R"({"rest_callbacks": [
    {"name": "first", "url": "https://bots.example/a"},
    {"name": "b.2_x-y", "url": "http://h/", "content_type": "cbor", "stanzas": ["presence"],
     "events": ["full", "host"], "types": ["subscribe"], "from": ["*@localhost"], "to": "bot@rest.localhost",
     "namespaces": ["jabber:x:data"], "secrets": ["whsec_AAAA", "whsk_BBBB"], "authorization": "Bearer t",
     "ca_file": "/etc/ca.pem", "tls_verify": false, "timeout": 0.1, "max_connections": 256,
     "max_queued": 1000000, "retry": false, "drain_rate": 0.1, "reply": true,
     "on_refusal": "dead-letter"}]})",
      [&](config::Reader& reader) { settings::read_each(webhook::endpoint_list_settings(), reader, list); }));
  REQUIRE(list.endpoints.size() == 2);
  const webhook::Settings& first = list.endpoints[0];
  CHECK(first.name == "first");
  CHECK(first.gone_disables);
  CHECK(first.kinds == 7);
  CHECK(first.retry);
  CHECK(first.tls_verify);
  CHECK_FALSE(first.reply);
  CHECK(first.max_connections == 8);
  CHECK(first.max_queued == 100000);
  CHECK(first.drain_rate == 0);
  CHECK(first.on_refusal == webhook::Refusals());
  const webhook::Settings& second = list.endpoints[1];
  CHECK(second.name == "b.2_x-y");
  CHECK(second.format == mapping::Format::cbor);
  CHECK(second.kinds == 2);
  CHECK(second.events == (mask(webhook::Event::full) | mask(webhook::Event::host)));
  CHECK(second.types == std::vector<std::string>{"subscribe"});
  CHECK(second.from == std::vector<std::string>{"*@localhost"});
  CHECK(second.to == std::vector<std::string>{"bot@rest.localhost"});
  CHECK(second.namespaces == std::vector<std::string>{"jabber:x:data"});
  CHECK(second.secrets == std::vector<std::string>{"whsec_AAAA", "whsk_BBBB"});
  CHECK(second.authorization == "Bearer t");
  CHECK(second.ca_file == "/etc/ca.pem");
  CHECK_FALSE(second.tls_verify);
  CHECK(second.timeout == 100ms);
  CHECK(second.max_connections == 256);
  CHECK(second.max_queued == 1000000);
  CHECK_FALSE(second.retry);
  CHECK(second.drain_rate == 0.1);
  CHECK(second.reply);
  CHECK(second.on_refusal.of(404) == webhook::OnRefusal::dead_letter);
}

TEST_CASE("what becomes of refusals is one word, or a table by status") {
  const auto read_as = [](const std::string& value) {
    const auto settings =
        read(R"({"rest_callbacks": [{"name": "a", "url": "http://h/", "on_refusal": )" + value + "}]}");
    REQUIRE(settings);
    return settings->webhooks.endpoints[0].on_refusal;
  };
  using webhook::OnRefusal;
  CHECK(read_as(R"("bounce")").of(404) == OnRefusal::bounce);
  CHECK(read_as(R"("retry")").of(404) == OnRefusal::retry);
  const auto some = read_as(R"({"300": "retry", "404": "dead-letter", "499": "bounce"})");
  CHECK(some.of(300) == OnRefusal::retry);
  CHECK(some.of(404) == OnRefusal::dead_letter);
  CHECK(some.of(499) == OnRefusal::bounce);
  CHECK(some.of(403) == OnRefusal::bounce);
  const auto most = read_as(R"({"404": "bounce", "default": "retry"})");
  CHECK(most.of(404) == OnRefusal::bounce);
  CHECK(most.of(403) == OnRefusal::retry);
  CHECK(read_as("{}") == webhook::Refusals());

  CHECK(entry(R"(, "on_refusal": "drop")") ==
        "setting 'rest_callbacks[0].on_refusal' knows bounce, dead-letter, retry, and not 'drop'");
  CHECK(entry(R"(, "on_refusal": ["retry"])") == "setting 'rest_callbacks[0].on_refusal' must be a text");
  CHECK(entry(R"(, "on_refusal": {"404": 1})") ==
        "setting 'rest_callbacks[0].on_refusal.404' must be a text");
  CHECK(entry(R"(, "on_refusal": {"404": "drop"})") ==
        "setting 'rest_callbacks[0].on_refusal.404' knows bounce, dead-letter, retry, and not 'drop'");
  for (const std::string key :
       {"299", "500", "408", "410", "425", "429", "0404", "404 ", "4xx", "", "-404"}) {
    CHECK(entry(R"(, "on_refusal": {")" + key + R"(": "retry"})") ==
          "setting 'rest_callbacks[0].on_refusal." + key +
              "' is no refusal: list statuses from 300 to 499, without 408, 410, 425 and 429, and `default` "
              "for the others");
  }
  CHECK_THAT(refusal(R"({"rest_callback_url": "http://h/", "rest_callback_on_refusal": "retry"})"),
             Contains("is an unknown option"));
}

TEST_CASE("an entry that could not be meant is refused with its place") {
  CHECK(refusal(R"({"rest_callbacks": [{"url": "http://h/"}]})") ==
        "setting 'rest_callbacks[0].name' is missing: paths, logs and metrics name an endpoint by it");
  CHECK(refusal(R"({"rest_callbacks": [{"name": "bot"}]})") ==
        "setting 'rest_callbacks[0].url' is missing: write where stanzas are to be posted");
  CHECK(
      refusal(
          R"({"rest_callbacks": [{"name": "a", "url": "http://h/"}, {"name": "a", "url": "http://i/"}]})") ==
      "setting 'rest_callbacks[1].name' is 'a' like another's: give it its own");
  CHECK(refusal(R"({"rest_callbacks": ["http://h/"]})") == "setting 'rest_callbacks[0]' must be a table");
  CHECK(refusal(R"({"rest_callbacks": {}})") == "setting 'rest_callbacks' must be a list");
  CHECK(entry(R"(, "colour": 1)") ==
        "setting 'rest_callbacks[0].colour' is an unknown option: remove it or correct its name");
  CHECK(entry(R"(, "stanzas": ["letter"])") ==
        "setting 'rest_callbacks[0].stanzas' knows message, presence, iq, and not 'letter'");
  CHECK(entry(R"(, "secrets": [5])") == "setting 'rest_callbacks[0].secrets' must be a list of texts");
}

TEST_CASE("numbers of an entry are taken at their limits and refused one past them") {
  for (const char* good :
       {"\"max_connections\": 1", "\"max_connections\": 256", "\"max_queued\": 1", "\"max_queued\": 1000000",
        "\"drain_rate\": 0", "\"drain_rate\": 100000", "\"timeout\": 0.1", "\"timeout\": 3600"}) {
    CAPTURE(good);
    CHECK(entry(", " + std::string(good)) == "accepted");
  }
  for (const char* bad :
       {"\"max_connections\": 0", "\"max_connections\": 257", "\"max_queued\": 0", "\"max_queued\": 1000001",
        "\"drain_rate\": -0.1", "\"drain_rate\": 100000.1", "\"timeout\": 0.09", "\"timeout\": 3600.1"}) {
    CAPTURE(bad);
    CHECK_THAT(entry(", " + std::string(bad)), Contains("must be a"));
  }
  CHECK(entry(R"(, "drain_rate": -1)") ==
        "setting 'rest_callbacks[0].drain_rate' must be a number from 0.0 to 100000.0, and is -1");
}

TEST_CASE("pace is the old name of drain_rate, and only one of the two may stand there") {
  const auto settings = read(R"({"rest_callbacks": [{"name": "a", "url": "http://h/", "pace": 50}]})");
  REQUIRE(settings);
  CHECK(settings->webhooks.endpoints[0].drain_rate == 50);
  CHECK(entry(R"(, "pace": -1)") ==
        "setting 'rest_callbacks[0].pace' must be a number from 0.0 to 100000.0, and is -1");
  CHECK(entry(R"(, "pace": 50, "drain_rate": 50)") ==
        "setting 'rest_callbacks[0].pace' is the old name of 'drain_rate', which stands beside it: remove "
        "'pace'");
}

TEST_CASE("a list has as many entries as are served") {
  CHECK(read(entries(0))->webhooks.endpoints.empty());
  CHECK(read(entries(webhook::kMaxEndpoints))->webhooks.endpoints.size() == 64);
  CHECK(refusal(entries(webhook::kMaxEndpoints + 1)) ==
        "setting 'rest_callbacks' has 65 entries: at most 64 are served");
}

TEST_CASE("the two forms do not stand beside each other") {
  const std::string list = R"({"rest_callbacks": [{"name": "a", "url": "http://h/"}], )";
  CHECK(refusal(list + R"("rest_callback_url": "http://h/"})") ==
        "setting 'rest_callback_url' stands beside 'rest_callbacks': write 'url' in an entry there instead");
  CHECK(refusal(list + R"("rest_callback_retry": false})") ==
        "setting 'rest_callback_retry' stands beside 'rest_callbacks': write 'retry' in an entry there "
        "instead");
  CHECK(refusal(list + R"("rest_callback_public_only": true})") == "accepted");
}

TEST_CASE("the format of webhooks is a media type or its short name") {
  const auto content_type = [](const std::string& name) {
    const auto settings =
        read(R"({"rest_callback_url": "http://h/", "rest_callback_content_type": ")" + name + R"("})");
    return settings ? mapping::media_type(settings->webhooks.endpoints.at(0).format) : settings.error().text;
  };
  CHECK(content_type("application/xmpp+xml") == "application/xmpp+xml");
  for (const char* json : {"json", "application/json"}) CHECK(content_type(json) == "application/json");
  for (const char* form : {"form", "application/x-www-form-urlencoded"}) {
    CHECK(content_type(form) == "application/x-www-form-urlencoded");
  }
  for (const char* text : {"text", "text/plain"}) CHECK(content_type(text) == "text/plain");
  for (const char* cbor : {"cbor", "application/cbor"}) CHECK(content_type(cbor) == "application/cbor");
  for (const char* unknown : {"yaml", "", "JSON"}) {
    CHECK(content_type(unknown) ==
          "setting 'rest_callback_content_type' knows application/xmpp+xml (xml), application/json (json), "
          "application/x-www-form-urlencoded (form), text/plain (text), application/cbor (cbor), and not '" +
              std::string(unknown) + "'");
  }
}
