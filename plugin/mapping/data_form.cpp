// SPDX-License-Identifier: MIT
#include "mapping/data_form.h"

#include "base/str.h"
#include "mapping/irregular.h"

namespace restanza::mapping {
namespace {

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) text += (i ? "\n" : "") + lines[i];
  return text;
}

std::vector<std::string> values_of(Visit& field, Reading& reading) {
  std::vector<std::string> values;
  for (const xml::Element value : field.children("value")) values.push_back(Visit(value, reading).text());
  return values;
}

Json read_field(xml::Element element, Reading& reading) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit field(element, reading);
  const auto type = field.attribute("type");
  put(out, "var", field.attribute("var"));
  put(out, "type", type);
  put(out, "label", field.attribute("label"));
  put(out, "desc", field.child_text("desc"));
  if (const xml::Element required = field.child("required")) {
    const Visit visited(required, reading);
    out["required"] = true;
  }
  const bool list = type == "list-single" || type == "list-multi";
  const std::vector<std::string> values = values_of(field, reading);
  if (type == "jid-multi" || type == "list-multi") {
    set(out, "value", values);
  } else if (type == "text-multi") {
    out["value"] = join_lines(values);
  } else if (!values.empty()) {
    out["value"] = values.front();
    // Forms that are sent back often leave types out; the single value is what recorded bots know.
    if (values.size() > 1) set(out, "values", values);
  }
  const std::vector<xml::Element> options = field.children("option");
  if (list || !options.empty()) {
    Json& all = out["options"] = Json::array();
    for (const xml::Element each : options) {
      Json option = Json::object();
      const EmptyOnThrow emptied_option(option);
      Visit visit(each, reading);
      put(option, "label", visit.attribute("label"));
      put(option, "value", visit.child_text("value"));
      append(all, std::move(option));
    }
  }
  return out;
}

// A value of a field: text, or what stands for it in XEP-0004.
void write_value(const Json& value, xml::Element field, Writing& writing) {
  std::optional<std::string> text;
  if (value.is_boolean()) {
    text = value.get<bool>() ? "1" : "0";
  } else {
    text = value.is_number() ? writing.scalar(Scalar::number, value) : writing.string(value);
  }
  if (text) writing.set_text(field.add("value", kFormNs), *text);
}

void write_values(const Json& value, xml::Element field, Writing& writing) {
  if (!value.is_array()) return write_value(value, field, writing);
  size_t index = 0;
  for (const Json& each : value) {
    const Writing::At at(writing, index++);
    write_value(each, field, writing);
  }
}

void write_options(const Json& options, xml::Element field, Writing& writing) {
  if (!writing.is_array(options)) return;
  size_t index = 0;
  for (const Json& each : options) {
    const Writing::At at(writing, index++);
    if (!writing.is_object(each)) return;
    xml::Element option = field.add("option", kFormNs);
    writing.attribute(each, "label", option);
    writing.child(each, "value", option);
    writing.only(each, {"label", "value"});
  }
}

void write_field(const Json& value, xml::Element form, Writing& writing) {
  if (!writing.is_object(value)) return;
  xml::Element field = form.add("field", kFormNs);
  for (const char* key : {"var", "type", "label"}) writing.attribute(value, key, field);
  writing.child(value, "desc", field);
  if (const Json* required = writing.member(value, "required")) {
    const Writing::At at(writing, "required");
    if (writing.scalar(Scalar::boolean, *required) == "1") field.add("required", kFormNs);
  }
  const char* given = writing.member(value, "values") ? "values" : "value";
  if (const Json* values = writing.member(value, given)) {
    const Writing::At at(writing, given);
    const bool lines = values->is_string() && field.attribute("type") == "text-multi";
    if (!lines) {
      write_values(*values, field, writing);
    } else if (const auto text = writing.string(*values); text && !text->empty()) {
      for (const std::string_view line : split(*text, '\n')) {
        writing.set_text(field.add("value", kFormNs), std::string(line));
      }
    }
  }
  if (const Json* options = writing.member(value, "options")) {
    const Writing::At at(writing, "options");
    write_options(*options, field, writing);
  }
  writing.only(value, {"var", "type", "label", "desc", "required", "value", "values", "options"});
}

}  // namespace

Json read_data_form(xml::Element form, Reading& reading) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit visit(form, reading);
  put(out, "type", visit.attribute("type"));
  put(out, "title", visit.child_text("title"));
  put(out, "instructions", visit.child_text("instructions"));
  Json& fields = out["fields"] = Json::array();
  for (const xml::Element field : visit.children("field")) append(fields, read_field(field, reading));
  return out;
}

void write_data_form(const Json& form, xml::Element parent, Writing& writing) {
  if (!writing.is_object(form)) return;
  xml::Element x = parent.add("x", kFormNs);
  writing.attribute(form, "type", x);
  writing.child(form, "title", x);
  writing.child(form, "instructions", x);
  if (const Json* fields = writing.member(form, "fields")) {
    const Writing::At at(writing, "fields");
    if (!writing.is_array(*fields)) return;
    size_t index = 0;
    for (const Json& field : *fields) {
      const Writing::At each(writing, index++);
      write_field(field, x, writing);
    }
  }
  writing.only(form, {"type", "title", "instructions", "fields"});
}

Json read_form_data(xml::Element form, Reading& reading) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit visit(form, reading);
  for (const xml::Element element : visit.children("field")) {
    Visit field(element, reading);
    const auto var = field.attribute("var");
    if (!var || out.contains(*var)) {
      reading.lose(element);
      continue;
    }
    const auto type = field.attribute("type");
    const std::vector<std::string> values = values_of(field, reading);
    Json& value = out[*var];
    if (!type || type == "list-single" || type == "list-multi") {
      value = values;
    } else if (type == "text-multi") {
      value = join_lines(values);
    } else if (type == "boolean") {
      value = !values.empty() && (values.front() == "1" || values.front() == "true");
    } else if (!values.empty()) {
      value = values.front();
    }
    // The type is gone from the JSON, and with it what a reader of the form needs to write the same again.
    if (type && *type != "hidden") reading.lose(element, "@type");
    if (type && values.size() > 1 && value.is_string() && type != "text-multi") reading.lose(element);
  }
  return out;
}

void write_form_data(const Json& data, xml::Element parent, Writing& writing) {
  if (!writing.is_object(data)) return;
  xml::Element x = parent.add("x", kFormNs);
  for (const auto& [key, value] : data.items()) {
    const Writing::At at(writing, key);
    const auto var = writing.string(key);
    if (!var) return;
    xml::Element field = x.add("field", kFormNs);
    field.set_attribute("var", *var);
    if (!value.is_null()) write_values(value, field, writing);
  }
}

constexpr Irregular kDataForm = {
    Irregular::object,
    [](xml::Element form, Reading& reading) -> std::optional<Json> { return read_data_form(form, reading); },
    write_data_form,
};

const Irregular kFormData = {Irregular::object, nullptr, write_form_data};

}  // namespace restanza::mapping
