// SPDX-License-Identifier: MIT
// Properties that hold for every row of the table, on generated stanzas: one trip gives a canonical form,
// another changes nothing, and nothing is lost but what is named.
#include "unit/mapping/generator.h"
#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;
using nlohmann::json;

namespace {

constexpr unsigned kSeeds = 400;
constexpr Kinds kKinds[] = {kMessage, kPresence, kIq};
const Options kRaw{false, true};

// Whether everything in `part` stands in `whole` too; `formdata` is a way to write only.
void check_holds(const json& whole, const json& part, const std::string& path) {
  INFO(path << " of " << part << " in " << whole);
  if (part.is_object() && whole.is_object()) {
    for (const auto& [key, value] : part.items()) {
      INFO(key);
      if (key == "formdata") continue;
      REQUIRE(whole.contains(key));
      check_holds(whole[key], value, path + "/" + key);
    }
  } else if (part.is_array() && whole.is_array()) {
    REQUIRE(whole.size() == part.size());
    for (size_t i = 0; i < part.size(); ++i) check_holds(whole[i], part[i], path + "/" + std::to_string(i));
  } else {
    CHECK(whole == part);
  }
}

xml::Element some_element(xml::Element root, Generator& generator) {
  xml::Element at = root;
  for (xml::Element child = at.first(); child; child = child.next()) {
    if (generator.chance(40)) return some_element(child, generator);
  }
  return at;
}

// Adds what the table does not know, or something twice, somewhere below the stanza.
void spoil(xml::Element stanza, Generator& generator) {
  xml::Element at = some_element(stanza, generator);
  if (at.first() && generator.chance(30)) {
    at.add_copy(at.first());
  } else if (at.node() == stanza.node() || generator.chance(40)) {
    at.add("unknown", "urn:example:unknown").add_text("t");
  } else if (generator.chance(50)) {
    at.set_attribute("unknown", "v");
  } else {
    at.add("unknown", at.ns());
  }
}

}  // namespace

TEST_CASE("every row of the table survives from JSON to a stanza and back") {
  for (const Field& field : fields()) {
    const std::string key = field.row.key;
    if (key == "formdata" || key == "join") continue;  // these two come back as dataform and muc
    for (const Kinds kind : kKinds) {
      if (!(field.kinds & kind)) continue;
      for (unsigned seed = 0; seed < 20; ++seed) {
        Generator generator(seed);
        json given = {{"kind", name_of(kind)}, {"type", "x"}, {key, generator.value(field.row)}};
        if (key == "error") given["type"] = "error";
        const std::string stanza = stanza_of(given.dump());
        INFO(stanza);
        const Encoded back = encoded(stanza, kRaw);
        check_holds(json::parse(back.body), given, key);
        CHECK(back.unmapped.empty());
      }
    }
  }
}

TEST_CASE("JSON, stanza, JSON: a second trip changes nothing") {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    for (const Kinds kind : kKinds) {
      Generator generator(seed);
      const json given = generator.stanza(kind);
      CAPTURE(seed, given.dump());
      const json once = json_of(stanza_of(given.dump()), kRaw);
      const json twice = json_of(stanza_of(once.dump()), kRaw);
      CHECK(once == twice);
      CHECK_FALSE(once.contains("xml"));
      check_holds(once, given, "");
    }
  }
}

TEST_CASE("stanza, JSON, stanza: nothing is lost but what is named") {
  size_t spoiled = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    for (const Kinds kind : kKinds) {
      Generator generator(seed);
      const auto decoded = decode(Format::json, generator.stanza(kind).dump(), {}, {});
      REQUIRE(decoded);
      xml::Element stanza = decoded->document.root();
      if (generator.chance(50)) spoil(stanza, generator);
      const std::string before = xml::write(stanza);
      CAPTURE(seed, before);

      const Encoded plain = encoded(before);
      const bool whole = data(stanza_of(plain.body)) == data(before);
      CHECK(whole == plain.unmapped.empty());
      spoiled += !whole;

      const Encoded raw = encoded(before, kRaw);
      CHECK(data(stanza_of(raw.body)) == data(before));
      CHECK(json_of(stanza_of(raw.body), kRaw) == json::parse(raw.body));
    }
  }
  CHECK(spoiled > kSeeds);  // of three times as many stanzas
}

TEST_CASE("CBOR holds what JSON holds") {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    Generator generator(seed);
    const std::string stanza = stanza_of(generator.stanza(kKinds[seed % 3]).dump());
    const Encoded cbor = encoded(stanza, {}, Format::cbor);
    const auto back = decode(Format::cbor, cbor.body, {}, {});
    REQUIRE(back);
    CHECK(data(back->document.root(), true) == data(stanza_of(encoded(stanza).body)));
  }
}
