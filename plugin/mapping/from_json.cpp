// SPDX-License-Identifier: MIT
#include "mapping/from_json.h"

#include "mapping/naming.h"
#include "mapping/table.h"
#include "mapping/writing.h"
#include "xmpp/stanza.h"

namespace restanza::mapping {
namespace {

Failure wrong_shape(std::string text) {
  return {Failure::unparseable, std::move(text)};
}

std::string no_object(const Json& value) {
  return std::string("a stanza is a JSON object with keys such as 'to' and 'body', and this is of type ") +
         value.type_name();
}

// Types that only one kind has (RFC 6121 sections 4.7.1 and 5.2.2, RFC 6120 section 8.2.3).
std::optional<Kinds> kind_by_type(std::string_view type) {
  for (const char* iq : {"get", "set", "result"}) {
    if (type == iq) return kIq;
  }
  for (const char* message : {"normal", "chat", "headline", "groupchat"}) {
    if (type == message) return kMessage;
  }
  for (const char* presence :
       {"available", "unavailable", "subscribe", "unsubscribe", "subscribed", "unsubscribed"}) {
    if (type == presence) return kPresence;
  }
  return std::nullopt;
}

bool has(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null() && *found != false;
}

const Field* implying_field(const Json& object, unsigned kinds, bool type) {
  for (const Field& field : fields()) {
    const bool implies = type ? field.implied_type != nullptr : field.implies != Implies::nothing;
    if (implies && field.kinds & kinds && has(object, field.row.key)) return &field;
  }
  return nullptr;
}

// What a key says about a stanza of this kind.
enum class Says {
  nothing,  // it has no mapping
  whose,    // its kind, its type, or an address (to, from, id, lang)
  what,     // its content
};

Says says(std::string_view key, Kinds kind) {
  if (key == "kind" || key == "type") return Says::whose;
  if (key == "xml" || key == "error_code") return Says::what;
  const Field* field = find_field(kind, key);
  if (!field) return Says::nothing;
  return field->kinds == kEvery && field->row.shape == Shape::attribute ? Says::whose : Says::what;
}

// Whether the keys make a stanza of this kind only by words that other JSON has too, and something unmapped
// stands beside them: an alert has a `status` as a presence has.
bool looks_foreign(const Json& object, Kinds kind) {
  bool unmapped = false;
  for (const auto& [key, value] : object.items()) {
    const Says meaning = value.is_null() ? Says::whose : says(key, kind);
    if (meaning == Says::nothing) unmapped = true;
    if (meaning != Says::what) continue;
    const Field* field = find_field(kind, key);
    if (!field || field->implies != Implies::kind_if_all_mapped) return false;
  }
  return unmapped;
}

bool says_nothing(const Json& object, Kinds kind) {
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null() && says(key, kind) == Says::what) return false;
  }
  return true;
}

// Whether all that the keys say is unknown in a stanza of this kind.
bool is_foreign(const Json& object, Kinds kind) {
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null() && says(key, kind) == Says::nothing) return says_nothing(object, kind);
  }
  return false;
}

// What the path says goes before what the body says.
std::optional<Failure> apply(const Hints& hints, Json& value) {
  if (hints.kind.empty()) return std::nullopt;
  if (!kind_of(hints.kind))
    return wrong_shape("the path must begin with message, presence or iq, and begins with '" +
                       printable(hints.kind) + "'");
  if (names_query(hints)) {
    Json content = std::move(value);
    const EmptyAtEnd emptied(content);
    value = Json::object();
    value["kind"] = "iq";
    const Field* query = find_field(kIq, hints.type);
    if (hints.type == "ping") {
      empty(content);
      content = true;
    }
    if (query && is_query(*query)) set(value, hints.type, std::move(content));
  } else {
    if (!value.is_object()) return wrong_shape(no_object(value));
    set(value, "kind", hints.kind);
    set(value, "type", hints.type);
  }
  if (!hints.to.empty()) set(value, "to", hints.to);
  return std::nullopt;
}

struct Root {
  Kinds kind;
  std::string type;  // empty: none
};

Result<Root, Failure> root_of(const Json& object, std::optional<Kinds> usual, Writing& writing) {
  std::optional<std::string> given[2];
  const char* const keys[2] = {"kind", "type"};
  for (int i = 0; i < 2; ++i) {
    const Json* value = writing.member(object, keys[i]);
    if (!value) continue;
    const Writing::At at(writing, keys[i]);
    given[i] = writing.string(*value);
    if (!given[i]) return writing.failure();
  }
  auto& [name, type] = given;
  const Field* by_type = type ? nullptr : implying_field(object, kEvery, true);
  Kinds kind = kMessage;
  if (name) {
    const auto named = kind_of(*name);
    // Without the value: what endpoints answer does not belong into a log.
    if (!named) return wrong_shape("'kind' must be message, presence or iq");
    kind = *named;
  } else if (const auto typed = type ? kind_by_type(*type) : std::nullopt) {
    kind = *typed;
  } else if (usual && !is_foreign(object, *usual)) {
    kind = *usual;
  } else if (const Field* field = by_type ? by_type : implying_field(object, kEvery, false)) {
    kind = static_cast<Kinds>(field->kinds);
    if (field->implies == Implies::kind_if_all_mapped && looks_foreign(object, kind)) kind = kMessage;
  }
  Root root{kind, type.value_or("")};
  if (kind == kIq && !type) root.type = by_type ? by_type->implied_type : "get";
  if (kind == kPresence && root.type == "available") root.type.clear();
  return root;
}

}  // namespace

bool names_query(const Hints& hints) {
  return hints.kind == "iq" && !xmpp::is_request(xmpp::Kind::iq, hints.type);
}

Result<Decoded, Failure> from_json(Json value, const Hints& hints, const Options& options) {
  const EmptyAtEnd emptied(value);
  if (auto failure = apply(hints, value)) return *failure;
  if (!value.is_object()) return wrong_shape(no_object(value));
  if (value.empty()) return wrong_shape("the JSON object is empty: a message has a 'body', for instance");
  Writing writing(options);
  const auto root = root_of(value, kind_of(hints.usual_kind), writing);
  if (!root) return root.error();

  Decoded decoded{xml::Document(name_of(root->kind), xml::kContentNamespace), {}};
  xml::Element stanza = decoded.document.root();
  writing.stanza(value, root->kind, stanza);
  std::string type = root->type;
  if (writing.member(value, "error")) {
    type = "error";
  } else if (type == "error") {
    writing.plain_error(value, stanza);
  }
  if (writing.failed()) return writing.failure();
  if (!type.empty()) stanza.set_attribute("type", type);
  decoded.unmapped = writing.take_unmapped();
  decoded.nothing_mapped = !decoded.unmapped.empty() && says_nothing(value, root->kind);
  return decoded;
}

}  // namespace restanza::mapping
