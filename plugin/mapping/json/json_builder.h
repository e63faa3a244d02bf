// SPDX-License-Identifier: MIT
// Builds a value from the parser's events and counts what it builds; false from an event ends the parse.
// One thread, one document. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "mapping/json/json.h"

namespace restanza::mapping {

class JsonBuilder : public nlohmann::json_sax<Json> {
 public:
  // `checked`: whoever reads the document has seen to it that its text is UTF-8.
  explicit JsonBuilder(bool checked) : checked_(checked) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& written) override;
  bool string(string_t& value) override;
  bool binary(binary_t& value) override;
  bool start_object(size_t) override { return open(Json::object()); }
  bool key(string_t& name) override;
  bool end_object() override { return close(); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(size_t position, const std::string& token, const Json::exception& why) override;

  Json& root() { return root_; }
  const std::string& refusal() const { return refusal_; }
  // How many bytes had been read where the document is not well-formed, its end counting as one; 0 where it
  // was refused for another reason.
  size_t broken_at() const { return broken_at_; }

 private:
  bool refuse(const char* why);
  bool open(Json container);
  bool close();
  bool add(Json value);

  const bool checked_;
  Json root_;
  std::vector<Json*> open_;
  std::string key_;
  size_t values_ = 0;
  std::string refusal_;
  size_t broken_at_ = 0;
};

}  // namespace restanza::mapping
