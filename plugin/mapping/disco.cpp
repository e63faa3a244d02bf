// SPDX-License-Identifier: MIT
#include "base/str.h"
#include "mapping/data_form.h"
#include "mapping/irregular.h"

namespace restanza::mapping {
namespace {

// An empty query: its node, or true.
Json bare_query(Visit& query) {
  if (const auto node = query.attribute("node")) return *node;
  return true;
}

// The query element for a value that is true, a node's name, or an object or list with more to add.
std::optional<xml::Element> add_query(const Json& value, const char* ns, xml::Element stanza,
                                      Writing& writing) {
  if (value.is_boolean() && !value.get<bool>()) return std::nullopt;
  xml::Element query = stanza.add("query", ns);
  if (value.is_string()) {
    if (const auto node = writing.string(value)) query.set_attribute("node", *node);
  } else if (value.is_object()) {
    writing.attribute(value, "node", query);
  } else if (!value.is_boolean() && !value.is_array()) {
    writing.fail("must be true, a node's name or an object");
  }
  return query;
}

constexpr const char* kInfoNs = "http://jabber.org/protocol/disco#info";
constexpr const char* kItemsNs = "http://jabber.org/protocol/disco#items";

void read_extensions(Visit& query, Reading& reading, Json& out) {
  Json extensions = Json::object();
  const EmptyOnThrow emptied(extensions);
  for (const xml::Element form : query.children("x", kFormNs)) {
    std::string type;
    for (const xml::Element field : xml::children(form)) {
      if (field.attribute("var") == "FORM_TYPE") type = field.child("value", kFormNs).text();
    }
    if (type.empty() || extensions.contains(type)) {
      reading.lose(form);
      continue;
    }
    Json data = read_form_data(form, reading);
    const EmptyOnThrow emptied_data(data);
    if (const auto named = data.find("FORM_TYPE"); named != data.end()) {
      empty(*named);
      data.erase(named);
    }
    set(extensions, type, std::move(data));
  }
  if (!extensions.empty()) set(out, "extensions", std::move(extensions));
}

std::optional<Json> read_info(xml::Element element, Reading& reading) {
  Visit query(element, reading);
  if (!element.first()) return bare_query(query);
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  out["identities"] = Json::array();
  out["features"] = Json::array();
  put(out, "node", query.attribute("node"));
  for (const xml::Element each : query.children("identity")) {
    Visit identity(each, reading);
    Json found = Json::object();
    const EmptyAtEnd emptied_identity(found);
    for (const char* key : {"category", "type", "name"}) put(found, key, identity.attribute(key));
    if (found.contains("category") && found.contains("type")) {
      append(out["identities"], std::move(found));
    } else {
      reading.lose(each);
    }
  }
  for (const xml::Element each : query.children("feature")) {
    if (const auto var = Visit(each, reading).attribute("var")) {
      out["features"].push_back(*var);
    } else {
      reading.lose(each);
    }
  }
  read_extensions(query, reading, out);
  return out;
}

void write_identities(const Json& identities, xml::Element query, Writing& writing) {
  if (!writing.is_array(identities)) return;
  size_t index = 0;
  for (const Json& each : identities) {
    const Writing::At at(writing, index++);
    if (!writing.is_object(each)) return;
    xml::Element identity = query.add("identity", kInfoNs);
    for (const char* key : {"category", "type", "name"}) writing.attribute(each, key, identity);
    writing.only(each, {"category", "type", "name"});
  }
}

void write_features(const Json& features, xml::Element query, Writing& writing) {
  if (!writing.is_array(features)) return;
  size_t index = 0;
  for (const Json& each : features) {
    const Writing::At at(writing, index++);
    if (const auto var = writing.string(each)) query.add("feature", kInfoNs).set_attribute("var", *var);
  }
}

void write_extensions(const Json& extensions, xml::Element query, Writing& writing) {
  if (!writing.is_object(extensions)) return;
  for (const auto& [type, data] : extensions.items()) {
    const Writing::At at(writing, type);
    if (!writing.is_object(data)) return;
    Json form = copied(data);
    const EmptyAtEnd emptied(form);
    set(form, "FORM_TYPE", type);
    write_form_data(form, query, writing);
  }
}

void write_info(const Json& value, xml::Element stanza, Writing& writing) {
  if (value.is_array()) return writing.fail("must be true, a node's name or an object");
  auto query = add_query(value, kInfoNs, stanza, writing);
  if (!query || !value.is_object()) return;
  const auto part = [&](const char* key, auto write) {
    if (const Json* found = writing.member(value, key)) {
      const Writing::At at(writing, key);
      write(*found, *query, writing);
    }
  };
  part("identities", write_identities);
  part("features", write_features);
  part("extensions", write_extensions);
  writing.only(value, {"node", "identities", "features", "extensions"});
}

std::optional<Json> read_items(xml::Element element, Reading& reading) {
  Visit query(element, reading);
  if (!element.first()) return bare_query(query);
  Json items = Json::array();
  const EmptyOnThrow emptied(items);
  for (const xml::Element each : query.children("item")) {
    Visit visit(each, reading);
    Json item = Json::object();
    const EmptyOnThrow emptied_item(item);
    for (const char* key : {"jid", "node", "name"}) put(item, key, visit.attribute(key));
    append(items, std::move(item));
  }
  return items;
}

void write_items(const Json& value, xml::Element stanza, Writing& writing) {
  auto query = add_query(value, kItemsNs, stanza, writing);
  if (!query) return;
  if (value.is_object()) return writing.only(value, {"node"});
  if (!value.is_array()) return;
  size_t index = 0;
  for (const Json& each : value) {
    const Writing::At at(writing, index++);
    xml::Element item = query->add("item", kItemsNs);
    if (each.is_string()) {
      if (const auto jid = writing.string(each)) item.set_attribute("jid", *jid);
    } else if (writing.is_object(each)) {
      for (const char* key : {"jid", "node", "name"}) writing.attribute(each, key, item);
      writing.only(each, {"jid", "node", "name"});
    }
  }
}

}  // namespace

const Irregular kDisco = {Irregular::yes, read_info, write_info};
const Irregular kItems = {Irregular::yes, read_items, write_items};

}  // namespace restanza::mapping
