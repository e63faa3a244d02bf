// SPDX-License-Identifier: MIT
#include "mapping/writing.h"

#include <algorithm>

#include "base/str.h"
#include "mapping/naming.h"
#include "mapping/scalar.h"
#include "xml/gate.h"

namespace restanza::mapping {

void Writing::fail(std::string_view what) {
  if (failure_) return;
  failure_ = Failure{Failure::unmappable, printable(pointer(path_)) + ": " + std::string(what)};
}

void Writing::unknown(std::string_view key) {
  if (options_.strict) {
    const At at(*this, key);
    return fail("no such key in the mapping");
  }
  std::string name;
  for (const std::string& step : path_) name += step + "/";
  add_name(unmapped_, name + std::string(key));
}

std::optional<std::string> Writing::scalar(Scalar type, const Json& value) {
  std::optional<std::string> text = write_scalar(type, value);
  if (!text) {
    fail(std::string("must be ") + describe(type));
  } else if (!xml::representable(*text)) {
    fail("holds a character that XML cannot carry");
    return std::nullopt;
  }
  return text;
}

bool Writing::is_object(const Json& value) {
  if (!value.is_object()) fail("must be an object");
  return value.is_object();
}

bool Writing::is_array(const Json& value) {
  if (!value.is_array()) fail("must be an array");
  return value.is_array();
}

const Json* Writing::member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void Writing::attribute(const Json& object, const char* key, xml::Element into) {
  const Json* value = member(object, key);
  if (!value) return;
  const At at(*this, key);
  if (const auto text = string(*value)) into.set_attribute(key, *text);
}

void Writing::child(const Json& object, const char* key, xml::Element into) {
  const Json* value = member(object, key);
  if (!value) return;
  const At at(*this, key);
  if (const auto text = string(*value)) set_text(into.add(key, into.ns()), *text);
}

void Writing::only(const Json& object, std::initializer_list<const char*> keys) {
  for (const auto& [key, value] : object.items()) {
    const bool known =
        std::any_of(keys.begin(), keys.end(), [&k = key](const char* each) { return k == each; });
    if (!known) unknown(key);
  }
}

void Writing::set_text(xml::Element into, const std::string& text) {
  if (!text.empty()) into.add_text(text);
}

void Writing::object(const Json& object, Rows rows, xml::Element into) {
  if (!is_object(object)) return;
  for (const Row& each : rows) {
    if (const Json* value = member(object, each.key)) row(each, *value, into);
  }
  for (const auto& [key, value] : object.items()) {
    const bool known =
        std::any_of(rows.begin(), rows.end(), [&k = key](const Row& each) { return k == each.key; });
    if (!known) unknown(key);
  }
}

void Writing::list(const Row& row, const char* item, const char* ns, const Json& value, xml::Element into) {
  // Recorded so: an empty object stands for what holds nothing.
  if (value.is_object() && value.empty()) return;
  if (!is_array(value)) return;
  size_t index = 0;
  for (const Json& each : value) {
    const At at(*this, index++);
    const xml::Element child = into.add(item, ns ? std::string(ns) : std::string(into.ns()));
    if (row.rows.count) {
      object(each, row.rows, child);
    } else if (const auto text = string(each)) {
      set_text(child, *text);
    }
  }
}

void Writing::row(const Row& row, const Json& value, xml::Element into) {
  const At at(*this, row.key);
  const auto ns = [&] { return row.ns ? std::string(row.ns) : std::string(into.ns()); };
  const auto text = [&] { return scalar(row.scalar, value); };
  switch (row.shape) {
    case Shape::attribute:
      if (const auto v = text()) into.set_attribute(row.name, *v);
      break;
    case Shape::content:
      if (const auto v = text()) set_text(into, *v);
      break;
    case Shape::text:
      if (const auto v = text()) set_text(into.add(row.name, ns()), *v);
      break;
    case Shape::single:
      if (const auto v = text()) into.add(row.name, ns()).set_attribute(row.detail, *v);
      break;
    case Shape::present:
      if (const auto v = text(); v && *v == "1" && !(row.shared && into.child(row.name, ns())))
        into.add(row.name, ns());
      break;
    case Shape::choice:
      if (const auto v = text()) {
        const auto names = split(row.detail, ' ');
        if (std::find(names.begin(), names.end(), *v) == names.end()) {
          fail(std::string("must be one of: ") + row.detail);
        } else {
          into.add(v->c_str(), ns());
        }
      }
      break;
    case Shape::object:
      if (is_object(value)) object(value, row.rows, into.add(row.name, ns()));
      break;
    case Shape::list:
      list(row, row.name, row.ns, value, into);
      break;
    case Shape::wrapped:
      list(row, row.detail, nullptr, value, into.add(row.name, ns()));
      break;
    case Shape::message:
      if (is_object(value)) message(value, into.add(row.name, ns()));
      break;
    case Shape::irregular:
      row.irregular->write(value, into, *this);
      break;
  }
}

// The table has many fields and a stanza few, so these are looked up there; they are written in its order.
std::vector<std::string_view> Writing::fields(const Json& object, Kinds kind, xml::Element into) {
  std::vector<std::pair<const Field*, const Json*>> given;
  std::vector<std::string_view> others;
  for (auto at = object.begin(); at != object.end(); ++at) {
    const Field* field = find_field(kind, at.key());
    if (!field) {
      others.push_back(at.key());
    } else if (!at->is_null()) {
      given.emplace_back(field, &*at);
    }
  }
  std::sort(given.begin(), given.end());
  for (const auto& [field, value] : given) {
    if (field->expand) {
      Json expanded = copied(*value);
      const EmptyAtEnd emptied(expanded);
      {
        const At at(*this, field->row.key);
        field->expand(expanded, *this);
      }
      row(field->row, expanded, into);
    } else {
      row(field->row, *value, into);
    }
  }
  return others;
}

void Writing::message(const Json& object, xml::Element into) {
  attribute(object, "type", into);
  for (const std::string_view key : fields(object, kMessage, into)) {
    if (key != "type") unknown(key);
  }
}

void Writing::stanza(const Json& object, Kinds kind, xml::Element into) {
  const auto others = fields(object, kind, into);
  if (const Json* value = member(object, "xml")) {
    const At at(*this, "xml");
    raw(*value, into);
  }
  for (const std::string_view key : others) {
    const bool own = key == "kind" || key == "type" || key == "xml" || key == "error_code";
    if (!own) unknown(key);
  }
}

void Writing::plain_error(const Json& object, xml::Element stanza) {
  xml::Element error = stanza.add("error", xml::kContentNamespace);
  if (const Json* code = member(object, "error_code")) {
    const At at(*this, "error_code");
    const auto text = scalar(code->is_string() ? Scalar::string : Scalar::integer, *code);
    if (text) error.set_attribute("code", *text);
  }
  if (const Json* body = member(object, "body"); body && body->is_string()) {
    set_text(error, body->get_ref<const std::string&>());
  }
}

// One string with any number of elements, or an array of such strings. What is given as XML goes before what
// keys made under the same name.
void Writing::raw(const Json& value, xml::Element stanza) {
  std::string text;
  const auto add = [&](const Json& each) {
    const auto part = string(each);
    if (part) text += *part;
    return part.has_value();
  };
  if (!value.is_array()) {
    if (!add(value)) return;
  } else {
    for (const Json& each : value) {
      if (!add(each)) return;
    }
  }
  const std::string begin = "<xml>";
  const auto parsed = xml::parse(begin + text + "</xml>", {}, begin.size());
  if (!parsed) return fail("must be well-formed XML elements: " + parsed.error().text);
  xml::Element root = parsed->root();
  if (!trim(root.text()).empty()) return fail("must be XML elements without text around them");
  for (const xml::Element given : xml::children(root)) {
    while (xml::Element made = stanza.child(given.name(), given.ns())) made.remove();
  }
  for (const xml::Element given : xml::children(root)) stanza.add_copy(given);
}

}  // namespace restanza::mapping
