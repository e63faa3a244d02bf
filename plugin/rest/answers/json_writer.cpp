// SPDX-License-Identifier: MIT
#include "rest/answers/json_writer.h"

#include <cstdio>

#include "base/date.h"
#include "mapping/json/json_string.h"

namespace restanza::rest {
void JsonWriter::begin(std::string_view name) {
  if (!first_) json_ += ',';
  first_ = false;
  if (!name.empty()) json_ += mapping::json_string(name) + ":";
}

void JsonWriter::open(std::string_view name, char bracket) {
  begin(name);
  json_ += bracket;
  closing_ += bracket == '{' ? '}' : ']';
  first_ = true;
}

void JsonWriter::close() {
  json_ += closing_.back();
  closing_.pop_back();
  first_ = false;
}

void JsonWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  json_ += mapping::json_string(value);
}

void JsonWriter::number(std::string_view name, int64_t value) {
  begin(name);
  json_ += std::to_string(value);
}

void JsonWriter::seconds(std::string_view name, std::optional<std::chrono::milliseconds> value) {
  if (!value) return null(name);
  begin(name);
  char text[32];
  const auto count = static_cast<long long>(value->count());
  std::snprintf(text, sizeof text, "%s%lld.%03lld", count < 0 ? "-" : "", std::abs(count) / 1000,
                std::abs(count) % 1000);
  json_ += text;
}

void JsonWriter::time(std::string_view name, WallTime value) {
  text(name, rfc3339(value));
}

void JsonWriter::texts(std::string_view name, const std::vector<std::string>& values) {
  open_array(name);
  for (const auto& value : values) text({}, value);
  close();
}

void JsonWriter::raw(std::string_view name, std::string_view json) {
  begin(name);
  json_ += json;
}

void JsonWriter::boolean(std::string_view name, bool value) {
  begin(name);
  json_ += value ? "true" : "false";
}

void JsonWriter::null(std::string_view name) {
  begin(name);
  json_ += "null";
}

}  // namespace restanza::rest
