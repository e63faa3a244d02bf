// SPDX-License-Identifier: MIT
#include "mapping/to_json.h"

#include <algorithm>

#include "base/str.h"
#include "mapping/irregular.h"
#include "mapping/naming.h"
#include "mapping/scalar.h"
#include "xml/writer.h"

namespace restanza::mapping {

void Reading::lose(xml::Element element, std::string_view part) {
  add_name(unmapped_, clark(element) + std::string(part));
  xml::Element at = element;
  while (at && at.node() != stanza_.node()) {
    const xml::Element above = at.parent();
    if (above.node() == stanza_.node()) lossy_.insert(at.node());
    at = above;
  }
}

Json Reading::object(xml::Element element, Rows rows) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit visit(element, *this);
  for (const Row& each : rows) put(out, each.key, row(each, visit));
  return out;
}

std::optional<Json> Reading::scalar(Scalar type, std::optional<std::string> text, xml::Element from,
                                    std::string_view part) {
  if (!text) return std::nullopt;
  std::optional<Json> value = read_scalar(type, *text);
  if (!value) lose(from, part);
  return value;
}

std::optional<Json> Reading::row(const Row& row, Visit& visit) {
  switch (row.shape) {
    case Shape::attribute:
      return scalar(row.scalar, visit.attribute(row.name), visit.element(), std::string("@") + row.name);
    case Shape::content:
      return visit.text();
    case Shape::text: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      return scalar(row.scalar, Visit(child, *this).text(), child, "#text");
    }
    case Shape::single: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      std::optional<Json> value;
      if (auto text = Visit(child, *this).attribute(row.detail)) value = *text;
      return value;
    }
    case Shape::present: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      if (row.shared) return true;
      const Visit visited(child, *this);
      return true;
    }
    case Shape::choice: {
      for (const std::string_view name : split(row.detail, ' ')) {
        const xml::Element child = visit.child(std::string(name).c_str(), row.ns);
        if (!child) continue;
        const Visit visited(child, *this);
        return name;
      }
      return std::nullopt;
    }
    case Shape::object: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      return object(child, row.rows);
    }
    case Shape::list: {
      Json items = Json::array();
      const EmptyOnThrow emptied(items);
      for (const xml::Element child : visit.children(row.name, row.ns)) {
        append(items, row.rows.count ? object(child, row.rows) : Json(Visit(child, *this).text()));
      }
      const bool said_elsewhere = row.shared && items.size() == 1 && items.front().empty();
      if (items.empty() || said_elsewhere) return std::nullopt;
      return items;
    }
    case Shape::wrapped: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      Visit inside(child, *this);
      Json items = Json::array();
      const EmptyOnThrow emptied(items);
      for (const xml::Element item : inside.children(row.detail)) append(items, object(item, row.rows));
      // Recorded so: what holds nothing reads as an empty object.
      if (items.empty()) return Json::object();
      return items;
    }
    case Shape::message: {
      const xml::Element child = visit.child(row.name, row.ns);
      if (!child) return std::nullopt;
      return message(child);
    }
    case Shape::irregular:
      break;
  }
  return std::nullopt;
}

// Of several the last counts, and in an error only the error itself: both recorded so.
std::optional<Json> Reading::irregular(const Field& field, Visit& visit, bool error) {
  const bool is_error = field.row.irregular == &kError;
  if (!field.row.irregular->read || error != is_error) return std::nullopt;
  const xml::Element found = visit.last(field.row.name, field.row.ns);
  if (!found) return is_error ? std::optional<Json>(Json::object()) : std::nullopt;
  std::optional<Json> value = field.row.irregular->read(found, *this);
  if (!value) return value;
  const EmptyOnThrow emptied(*value);
  visit.claim(found);
  return value;
}

void Reading::fields(Visit& visit, Kinds kind, bool error, bool nested, Json& out) {
  for (const Field& field : mapping::fields()) {
    if (!(field.kinds & kind) || (field.only_with_raw_xml && !raw_xml_)) continue;
    if (field.row.shape != Shape::irregular) {
      put(out, field.row.key, row(field.row, visit));
    } else if (!nested || field.row.irregular != &kOobUrl) {
      put(out, field.row.key, irregular(field, visit, error));
    }
  }
}

Json Reading::message(xml::Element message) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit visit(message, *this);
  const auto type = visit.attribute("type");
  put(out, "type", type);
  fields(visit, kMessage, type == "error", true, out);
  return out;
}

Json Reading::stanza() {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  const Kinds kind = kind_of(stanza_.name()).value_or(kMessage);
  out["kind"] = name_of(kind);
  {
    Visit visit(stanza_, *this);
    const auto type = visit.attribute("type");
    put(out, "type", type);
    if (kind == kPresence && !type) out["type"] = "available";
    fields(visit, kind, type == "error", false, out);
  }
  if (failure_) std::rethrow_exception(failure_);
  if (raw_xml_ && !lossy_.empty()) out["xml"] = raw();
  return out;
}

// Reading the JSON back, an element under `xml` replaces what its keys say, so all of one name go together.
std::string Reading::raw() const {
  std::vector<xml::Element> lossy;
  for (const xml::Element child : xml::children(stanza_)) {
    if (lossy_.count(child.node())) lossy.push_back(child);
  }
  std::string text;
  for (const xml::Element child : xml::children(stanza_)) {
    const bool given = std::any_of(lossy.begin(), lossy.end(),
                                   [&](xml::Element other) { return other.is(child.name(), child.ns()); });
    if (given) text += xml::write(child);
  }
  return text;
}

// No destructor may throw, and this one needs memory: whoever reads the whole stanza throws instead.
Visit::~Visit() {
  try {
    lose_unread();
  } catch (const std::exception&) {
    reading_.fail(std::current_exception());
  }
}

void Visit::lose_unread() {
  for (const std::string_view name : element_.attribute_names()) {
    const bool asked = std::find(attributes_.begin(), attributes_.end(), name) != attributes_.end();
    if (!asked) reading_.lose(element_, "@" + std::string(name));
  }
  if (!text_ && !trim(element_.text()).empty()) reading_.lose(element_, "#text");
  for (const xml::Element child : xml::children(element_)) {
    if (!claimed_.count(child.node())) reading_.lose(child);
  }
}

std::optional<std::string> Visit::attribute(const char* name) {
  attributes_.emplace_back(name);
  const auto value = element_.attribute(name);
  if (!value) return std::nullopt;
  return std::string(*value);
}

std::string Visit::text() {
  text_ = true;
  return element_.text();
}

xml::Element Visit::child(const char* name, const char* ns) {
  const xml::Element found = element_.child(name, around(ns));
  if (found) claim(found);
  return found;
}

std::vector<xml::Element> Visit::children(const char* name, const char* ns) {
  const std::string_view space = around(ns);
  std::vector<xml::Element> found;
  for (const xml::Element child : xml::children(element_)) {
    if (!child.is(name, space)) continue;
    claim(child);
    found.push_back(child);
  }
  return found;
}

xml::Element Visit::last(const char* name, const char* ns) const {
  const std::string_view space = around(ns);
  xml::Element found;
  for (const xml::Element child : xml::children(element_)) {
    if (child.is(name, space)) found = child;
  }
  return found;
}

std::optional<std::string> Visit::child_text(const char* name, const char* ns) {
  const xml::Element found = child(name, ns);
  if (!found) return std::nullopt;
  return Visit(found, reading_).text();
}

}  // namespace restanza::mapping
