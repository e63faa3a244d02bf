// SPDX-License-Identifier: MIT
// Memory ends while values of JSON are read or written, at each allocation in turn, and does not come back
// before they are destroyed, which would need memory too: it is an exception, and never the end of the
// process.
#include <new>
#include <string>
#include <vector>

#include "config/reader.h"
#include "mapping/codec.h"
#include "mapping/json/flat_json.h"
#include "support/catch.h"
#include "support/scarce_memory.h"

using namespace restanza;
using namespace restanza::mapping;

namespace {

// Does `work` with memory that ends at each of its allocations in turn; it gives the same once there is
// enough.
template <class Work>
void end_memory_in(Work work) {
  const auto whole = work();
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_from(n);
    try {
      const NotSpared plugins;
      work();
    } catch (const std::bad_alloc&) {
    }
    if (!ScarceMemory::end()) break;
    CHECK(work() == whole);
  }
}

// What comes of a body: why not, or the stanza in each format.
std::string decoded(Format format, const std::string& body, const Hints& hints) {
  const auto made = decode(format, body, hints, {});
  if (!made) return made.error().text;
  std::string out;
  for (const Format each : {Format::json, Format::cbor, Format::form}) {
    const auto encoded = encode(each, made->document.root(), {});
    out += encoded ? encoded->body : encoded.error().text;
  }
  return out;
}

void play(const std::string& body, const Hints& hints = {}) {
  CAPTURE(body);
  end_memory_in([&] { return decoded(Format::json, body, hints); });
}

}  // namespace

TEST_CASE("memory that ends while JSON becomes a stanza, and that becomes JSON again, is an exception") {
  const Spared test;
  play(R"({"kind": "message", "to": "bob@localhost", "body": "Hi", "unknown": {"a": [1, {"b": []}]}})");
  play(R"({"kind": "message", "payload": {"datatype": "urn:a", "data": {"a": [[1, 2], {"b": "c"}]}}})");
  play(R"({"kind": "message", "dataform": {"type": "form", "title": "t", "fields":
       [{"var": "a", "type": "list-multi", "value": ["1", "2"], "options": [{"label": "l", "value": "1"}]},
        {"var": "b", "type": "text-multi", "value": "x\ny"}]}})");
  play(R"({"kind": "iq", "type": "set", "id": "1", "command": {"node": "n", "note": {"type": "info",
       "text": "t"}, "actions": {"execute": "next", "next": true}, "data": {"a": ["1", "2"]}}})");
  play(
      R"({"kind": "iq", "type": "result", "id": "1", "disco": {"identities": [{"category": "a", "type": "b"}],
       "features": ["f"], "extensions": {"urn:e": {"a": ["1"]}}}})");
  play(R"({"kind": "iq", "type": "result", "id": "1", "items": [{"jid": "a@b", "name": "n"}, "c@d"]})");
  play(R"({"kind": "message", "type": "error", "id": "1", "error": {"condition": "gone", "text": "t"}})");
  play(R"({"kind": "iq", "type": "set", "archive": {"with": "a@b", "ids": ["1", "2"], "max": 3,
       "page": {"index": 1}}})");
}

TEST_CASE("the same where a value stands twice, and where the document is refused with what was read of it") {
  const Spared test;
  play(R"({"body": {"a": [1, 2]}, "body": "Hi", "kind": {"a": [1]}, "to": [[1]]})");
  play(R"({"type": {"a": [1]}, "body": "Hi"})", {"message", "chat", "bob@localhost"});
  play(R"({"a": {"b": [1, 2, {"c": "d"}]}, "e": )");
  play(R"({"a": {"b": [1, 2, {"c": "d"}]}, "e": )" + std::string(100, '['));
  play(R"({"a": [1]})", {"iq", "ping", "bob@localhost"});
  play(R"({"a": [1]})", {"iq", "disco", "bob@localhost"});
}

TEST_CASE("the same for forms, text, a report of an error and a flat document") {
  const Spared test;
  for (const char* body : {"body=Hi&to=bob%40localhost&unknown=1", "Hi there", ""}) {
    end_memory_in([&] { return decoded(Format::form, body, {}); });
    end_memory_in([&] { return decoded(Format::form, body, {"iq", "items", "bob@localhost"}); });
    end_memory_in([&] { return decoded(Format::text, body, {"presence", "", "bob@localhost"}); });
  }
  end_memory_in(
      [] { return error_json(400, "modify", "bad-request", "a text that is longer than a string"); });
  end_memory_in([] {
    const auto flat = parse_flat_json(R"({"a": 1, "b": "two", "c": [1, {"d": [2]}]})");
    return flat ? std::string("flat") : flat.error().text;
  });
}

TEST_CASE("the same for settings, and for those that keep a part of the earlier ones") {
  const Spared test;
  const std::string settings =
      R"({"a": "text", "words": ["one", "two"], "tables": [{"b": "c"}, {"b": {"d": [1]}}]})";
  for (const std::string& json : {settings, settings.substr(0, settings.size() - 2), settings + "x"}) {
    end_memory_in([&] {
      std::string a;
      std::vector<std::string> words;
      const auto read = config::read_object(json, [&](config::Reader& reader) {
        reader.text("a", a);
        reader.words("words", words, {});
        reader.tables("tables", [&](config::Reader& table) -> Result<void> {
          table.text("b", a);
          return table.finish();
        });
      });
      return read ? a : read.error().text;
    });
  }
}
