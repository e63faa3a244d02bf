// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "support/catch.h"
#include "unit/app/reading.h"

using namespace restanza;
using namespace std::chrono_literals;

TEST_CASE("nothing set gives the documented defaults, and nothing is open") {
  const auto settings = read("{}");
  REQUIRE(settings);
  CHECK(settings->resources.credentials.component_secret.empty());
  CHECK_FALSE(settings->resources.credentials.anonymous);
  CHECK(settings->resources.iqs.timeout == 120s);
  CHECK(settings->resources.iqs.max_timeout == 300s);
  CHECK(settings->max_pending_iqs == 16384);
  CHECK(settings->max_body == 196608);
  CHECK(settings->webhooks.endpoints.empty());
  CHECK_FALSE(settings->webhooks.public_only);
  CHECK(settings->journal.max_bytes == 1073741824);
  CHECK_FALSE(settings->resources.metrics_public);
  CHECK(settings->traffic_bodies);
  CHECK(settings->resources.credentials.rate_limit == 0);
}

TEST_CASE("settings keep mod_rest's names") {
  const auto settings = read(R"({
    "component_secret": "s3cret", "rest_iq_timeout": 1.5, "rest_auth_mechanisms": ["Bearer"]})");
  REQUIRE(settings);
  CHECK(settings->resources.credentials.component_secret == "s3cret");
  CHECK(settings->resources.iqs.timeout == 1500ms);
  CHECK_FALSE(settings->resources.credentials.basic);
  CHECK(settings->resources.credentials.bearer);
}

TEST_CASE("what is wrong is named with its key and value") {
  CHECK(refusal("[]") == "the settings are not one JSON object");
  CHECK(refusal("{") == "the settings are not one JSON object");
  CHECK(refusal(R"({"rest_colour": 1})") ==
        "setting 'rest_colour' is an unknown option: remove it or correct its name");
  CHECK(refusal(R"({"rest_iq_timeout": "soon"})") ==
        "setting 'rest_iq_timeout' must be a number of seconds from 0.001 to 86400.0, and is \"soon\"");
  CHECK(refusal(R"({"rest_iq_pending_limit": 0})") ==
        "setting 'rest_iq_pending_limit' must be a whole number from 1 to 1000000, and is 0");
  CHECK(refusal(R"({"component_secret": ""})") == "setting 'component_secret' must not be empty");
  CHECK(refusal(R"({"component_secret": 5})") == "setting 'component_secret' must be a text");
  CHECK(refusal(R"({"anonymous_rest": "yes"})") ==
        "setting 'anonymous_rest' must be true or false, and is \"yes\"");
  CHECK(refusal(R"({"rest_tokens": {}})") == "setting 'rest_tokens' must be a list");
}

TEST_CASE("numbers are taken at their limits and refused one past them") {
  CHECK(read(R"({"rest_iq_pending_limit": 1000000})"));
  CHECK_FALSE(read(R"({"rest_iq_pending_limit": 1000001})"));
  CHECK(read(R"({"rest_stanza_size_limit": 16777216})"));
  CHECK_FALSE(read(R"({"rest_stanza_size_limit": 16777217})"));
  CHECK(read(R"({"journal_max_bytes": 1048576})")->journal.max_bytes == 1048576);
  CHECK_FALSE(read(R"({"journal_max_bytes": 1048575})"));
  CHECK(read(R"({"journal_max_bytes": 1099511627776})"));
  CHECK_FALSE(read(R"({"journal_max_bytes": 1099511627777})"));
  CHECK(read(R"({"rest_idempotency_max_bytes": 1048576})")->journal.max_key_bytes == 1048576);
  CHECK_FALSE(read(R"({"rest_idempotency_max_bytes": 1048575})"));
  CHECK_FALSE(read(R"({"rest_idempotency_max_bytes": 1099511627777})"));
  CHECK(read(R"({"rest_idempotency_max_bytes_each": 1048576})")->journal.max_key_bytes_each == 1048576);
  CHECK_FALSE(read(R"({"rest_idempotency_max_bytes_each": 1048575})"));
  CHECK_FALSE(read(R"({"rest_idempotency_max_bytes_each": 1099511627777})"));
  CHECK_FALSE(read(R"({"rest_iq_timeout": 0})"));
  CHECK_FALSE(read(R"({"rest_iq_timeout": -1})"));
}

TEST_CASE("a secret can stand in a file of its own") {
  char path[] = "/tmp/restanza-secret-XXXXXX";
  REQUIRE(close(mkstemp(path)) == 0);
  std::ofstream(path) << "from the file\n";
  const auto settings = read(R"({"component_secret_file": ")" + std::string(path) + R"("})");
  CHECK(refusal(R"({"component_secret": "x", "component_secret_file": ")" + std::string(path) + R"("})") ==
        "setting 'component_secret_file' stands beside 'component_secret': keep one");
  std::remove(path);
  REQUIRE(settings);
  CHECK(settings->resources.credentials.component_secret == "from the file");
  for (const std::string file : {"/nonexistent", "/tmp", ""}) {
    CHECK(refusal(R"({"component_secret_file": ")" + file + R"("})") ==
          "setting 'component_secret_file' names '" + file + "', which is empty or cannot be read");
  }
}

TEST_CASE("what only some installations want is off until it is switched on") {
  const auto settings = read(R"({"rest_callback_public_only": true, "rest_metrics_public": true})");
  REQUIRE(settings);
  CHECK(settings->webhooks.public_only);
  CHECK(settings->resources.metrics_public);
}

TEST_CASE("a rate for all credentials is a whole number or a fraction, and 0 is none") {
  CHECK(read(R"({"rest_rate_limit": 0})")->resources.credentials.rate_limit == 0);
  CHECK(read(R"({"rest_rate_limit": 0.001})")->resources.credentials.rate_limit == 0.001);
  CHECK(read(R"({"rest_rate_limit": 20})")->resources.credentials.rate_limit == 20);
  CHECK(read(R"({"rest_rate_limit": 1000000})")->resources.credentials.rate_limit == 1000000);
  for (const char* wrong : {"-1", "0.0009", "1000001", "\"10\"", "true"}) {
    CAPTURE(wrong);
    CHECK(refusal(R"({"rest_rate_limit": )" + std::string(wrong) + "}") ==
          "setting 'rest_rate_limit' must be a number of requests a second from 0.001 to 1000000, and is " +
              std::string(wrong) + "; 0 is for no limit");
  }
}

TEST_CASE("what all endpoints share reaches each of them") {
  const auto settings =
      read(R"({"rest_callbacks": [{"name": "a", "url": "http://h/"}, {"name": "b", "url": "http://h/"}],
    "rest_callback_public_only": true, "rest_json_strict": true, "rest_stanza_size_limit": 1000})");
  REQUIRE(settings);
  REQUIRE(settings->webhooks.endpoints.size() == 2);
  for (const auto& endpoint : settings->webhooks.endpoints) {
    CHECK(endpoint.domain == "rest.localhost");
    CHECK(endpoint.public_only);
    CHECK(endpoint.mapping.strict);
    CHECK_FALSE(endpoint.mapping.raw_xml);
    CHECK(endpoint.max_answer == 1000);
  }
  CHECK(settings->resources.iqs.mapping.strict);
}

namespace {

struct Again {
  AppSettings running;
  AppSettings now;
  std::vector<std::string> kept = {};
};

Again read_again(std::string_view running, std::string_view now) {
  const auto before = read(running);
  REQUIRE(before);
  std::vector<std::string> kept;
  const auto after = read_settings_again(now, given(), *before, kept);
  REQUIRE(after);
  return {*before, *after, kept};
}

std::vector<std::string> restart_keys_between(std::string_view running, std::string_view now) {
  return read_again(running, now).kept;
}

}  // namespace

TEST_CASE("of the keys that differ, those that need a restart are named") {
  using Keys = std::vector<std::string>;
  CHECK(restart_keys_between("{}", R"({"rest_iq_timeout": 1, "component_secret": "x", "rest_tokens": []})")
            .empty());
  CHECK(restart_keys_between(
            R"({"rest_callback_url": "http://h/", "rest_callback_public_only": true})",
            R"({"rest_callbacks": [], "journal_max_bytes": 1048576, "rest_stanza_size_limit": 1,
                "rest_iq_pending_limit": 1, "rest_json_xml": true})") ==
        Keys{"journal_max_bytes", "rest_iq_pending_limit", "rest_stanza_size_limit"});
  CHECK(restart_keys_between(R"({"rest_iq_pending_limit": 1, "journal_max_bytes": 2097152})",
                             R"({"journal_max_bytes": 2097152})") == Keys{"rest_iq_pending_limit"});
}

TEST_CASE("a default that is written down, and the order of keys, are no difference") {
  constexpr const char* kDefaults =
      R"({"rest_iq_pending_limit": 16384, "rest_stanza_size_limit": 196608, "journal_max_bytes": 1073741824})";
  CHECK(restart_keys_between("{}", kDefaults).empty());
  CHECK(restart_keys_between(kDefaults, "{}").empty());
  CHECK(restart_keys_between(R"({"rest_iq_pending_limit": null})", "{}").empty());
  CHECK(restart_keys_between(R"({"rest_iq_pending_limit": 7, "rest_stanza_size_limit": 1})",
                             R"({"rest_stanza_size_limit": 1, "rest_iq_pending_limit": 7})")
            .empty());
}

TEST_CASE("what needs a restart keeps its value, also where others follow from it; the rest changes") {
  const auto again = read_again(
      R"({"rest_stanza_size_limit": 1000, "rest_callback_url": "http://h/a"})",
      R"({"rest_stanza_size_limit": 2000, "rest_callback_url": "http://h/b", "rest_iq_timeout": 7})");
  CHECK(again.kept == std::vector<std::string>{"rest_stanza_size_limit"});
  CHECK(again.now.max_body == 1000);
  REQUIRE(again.now.webhooks.endpoints.size() == 1);
  CHECK(again.now.webhooks.endpoints[0].max_answer == 1000);
  CHECK(again.now.webhooks.endpoints[0].url == "http://h/b");
  CHECK(again.now.resources.iqs.timeout == 7s);
  CHECK_FALSE(read_again("{}", R"({"traffic_bodies": false})").now.traffic_bodies);
}

TEST_CASE("what is wrong is an error also for a key that would keep its value") {
  const auto running = read("{}");
  REQUIRE(running);
  std::vector<std::string> kept;
  CHECK_THAT(read_settings_again(R"({"journal_max_bytes": 1})", given(), *running, kept).error().text,
             Contains("'journal_max_bytes'"));
}

TEST_CASE("every key that needs a restart is told apart by its value, and keeps it") {
  const std::map<std::string, std::string> others = {{"rest_iq_pending_limit", "1"},
                                                     {"rest_stanza_size_limit", "1"},
                                                     {"journal", "\"postgresql:///x\""},
                                                     {"journal_max_bytes", "1048576"},
                                                     {"updates", "true"},
                                                     {"rest_idempotency_max_bytes", "1048576"},
                                                     {"rest_idempotency_max_bytes_each", "1048576"}};
  const auto sections = settings_reference();
  size_t seen = 0;
  for (const auto& row : sections.front().rows) {
    if (row.live) continue;
    CAPTURE(row.key);
    REQUIRE(others.count(row.key) == 1);
    const std::string text = "{\"" + row.key + "\": " + others.at(row.key) + "}";
    const auto again = read_again("{}", text);
    CHECK(again.kept == std::vector<std::string>{row.key});
    CHECK(again.now.max_pending_iqs == again.running.max_pending_iqs);
    CHECK(again.now.max_body == again.running.max_body);
    CHECK(again.now.journal.max_bytes == again.running.journal.max_bytes);
    CHECK(again.now.journal.max_key_bytes == again.running.journal.max_key_bytes);
    CHECK(again.now.journal.max_key_bytes_each == again.running.journal.max_key_bytes_each);
    CHECK(read_again(text, "{}").kept == again.kept);
    ++seen;
  }
  CHECK(seen == others.size());
}
