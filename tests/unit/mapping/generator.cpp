// SPDX-License-Identifier: MIT
#include "unit/mapping/generator.h"

#include "base/str.h"
#include "support/catch.h"

namespace restanza::mapping {

using nlohmann::json;

std::string Generator::text() {
  static const char* const kTexts[] = {
      "x",
      "",
      "two words",
      "<b>&amp;\"quoted\" 'single' ]]>",
      "h\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x8e\x89",
      " around ",
      "a\nb\tc",
      "\r",
      "alice@example.org/r\xc3\xa9s",
      "2026-01-02T03:04:05Z",
      "0",
      "false",
      "{}",
  };
  return kTexts[below(std::size(kTexts))];
}

json Generator::scalar(Scalar type) {
  switch (type) {
    case Scalar::string:
      return text();
    case Scalar::boolean:
      return chance(50);
    case Scalar::integer:
    case Scalar::integer_or_text: {
      static const json kNumbers[] = {0, 1, -128, 127, 4294967296, INT64_MIN, INT64_MAX, UINT64_MAX};
      return kNumbers[below(std::size(kNumbers))];
    }
    case Scalar::number: {
      static const json kNumbers[] = {0, -1.5, 0.1, 1e300, 123456789, 1.0};
      return kNumbers[below(std::size(kNumbers))];
    }
  }
  return nullptr;
}

json Generator::object(Rows rows, int depth) {
  json out = json::object();
  for (const Row& row : rows) {
    if (chance(50)) out[row.key] = value(row, depth + 1);
  }
  return out;
}

json Generator::value(const Row& row, int depth) {
  json items = json::array();
  switch (row.shape) {
    case Shape::attribute:
    case Shape::content:
    case Shape::text:
    case Shape::single:
      return scalar(row.scalar);
    case Shape::present:
      return true;
    case Shape::choice: {
      const auto names = split(row.detail, ' ');
      return names[below(names.size())];
    }
    case Shape::object:
      return object(row.rows, depth);
    case Shape::list:
    case Shape::wrapped:
      for (size_t count = 1 + below(3); count > 0; --count) {
        items.push_back(row.rows.count ? object(row.rows, depth) : json(text()));
      }
      // One that says nothing comes back as the other row of its element.
      if (row.shared && items.size() == 1 && items[0].empty()) items[0]["for"] = text();
      return items;
    case Shape::message: {
      if (depth > 6) return {{"body", text()}};
      json message = stanza(kMessage);
      message.erase("kind");
      message.erase("oob_url");
      return message;
    }
    case Shape::irregular:
      return irregular(row.key);
  }
  return nullptr;
}

json Generator::irregular(const char* name) {
  const std::string key = name;
  const std::string some = text();
  const auto any = [&](std::initializer_list<json> values) {
    return *(values.begin() + below(values.size()));
  };
  const json form = {{"type", "form"},
                     {"title", some},
                     {"fields",
                      {{{"var", "a"}, {"type", "text-multi"}, {"value", "l1\nl2"}},
                       {{"var", "b"},
                        {"type", "list-multi"},
                        {"value", {some, "2"}},
                        {"required", true},
                        {"options", {{{"label", some}, {"value", "1"}}, {{"value", "2"}}}}},
                       {{"var", "c"}, {"value", some}, {"label", "C"}, {"desc", some}}}}};
  if (key == "html") return any({"<body><p>a <b>b</b></p></body>", "<body/>"});
  if (key == "oob_url" || key == "nick") return some;
  if (key == "join") return true;
  if (key == "disco") {
    return any({true,
                some,
                {{"node", some},
                 {"features", {some, "urn:xmpp:ping"}},
                 {"identities", {{{"category", "client"}, {"type", "bot"}, {"name", some}}}},
                 {"extensions", {{"urn:f", {{"a", {"1", some}}, {"b", {some}}}}}}}});
  }
  if (key == "items")
    return any({true, some, json::array({{{"jid", "a@b"}}, {{"jid", "c"}, {"node", some}}})});
  if (key == "command") {
    return any({{{"node", some}},
                {{"node", "n"},
                 {"sessionid", some},
                 {"status", "executing"},
                 {"form", form},
                 {"actions", {{"execute", "next"}, {"next", true}, {"prev", true}}}},
                {{"node", "n"}, {"action", "complete"}, {"note", {{"type", "info"}, {"text", some}}}}});
  }
  if (key == "dataform") return form;
  if (key == "formdata") return {{"a", some}, {"b", {"1", some}}, {"c", true}};
  if (key == "payload")
    return {{"datatype", "urn:d"}, {"data", any({some, nullptr, {{"a", {1, 2.5, some}}}, 7})}};
  if (key == "error") return {{"type", "wait"}, {"condition", "conflict"}, {"text", some}, {"by", "a@b"}};
  FAIL("no values for " << key);
  return nullptr;
}

// One field in four or so. An error leaves out what is irregular, and the two shapes of data forms would be
// two forms.
json Generator::stanza(Kinds kind) {
  json out = {{"kind", name_of(kind)}};
  const char* const types[] = {"chat", "unavailable", "result"};
  if (chance(70)) out["type"] = types[kind == kMessage ? 0 : kind == kPresence ? 1 : 2];
  for (const Field& field : fields()) {
    const std::string key = field.row.key;
    if (!(field.kinds & kind) || !chance(25)) continue;
    if (key == "error" || key == "oob_url" || key == "join") continue;
    if (key == "formdata" && out.contains("dataform")) continue;
    out[key] = value(field.row, 1);
  }
  return out;
}

}  // namespace restanza::mapping
