// SPDX-License-Identifier: MIT
#include "mapping/json/json_builder.h"

#include <cmath>

#include "base/str.h"

namespace restanza::mapping {

bool JsonBuilder::refuse(const char* why) {
  if (refusal_.empty()) refusal_ = why;
  return false;
}

bool JsonBuilder::number_float(number_float_t value, const string_t&) {
  if (!std::isfinite(value)) return refuse("a number is infinite or not a number");
  return add(value);
}

bool JsonBuilder::string(string_t& value) {
  if (!checked_ && !valid_utf8(value)) return refuse("a string is not UTF-8");
  return add(std::move(value));
}

bool JsonBuilder::binary(binary_t&) {
  return refuse("a byte string");
}

bool JsonBuilder::key(string_t& name) {
  if (!checked_ && !valid_utf8(name)) return refuse("a key is not UTF-8");
  key_ = std::move(name);
  return true;
}

bool JsonBuilder::open(Json container) {
  if (open_.size() >= kMaxJsonDepth) return refuse("objects and arrays are nested too deeply");
  if (!add(std::move(container))) return false;
  Json* at = open_.empty() ? &root_ : open_.back();
  if (!open_.empty()) at = at->is_array() ? &at->back() : &(*at)[key_];
  open_.push_back(at);
  return true;
}

bool JsonBuilder::close() {
  open_.pop_back();
  return true;
}

bool JsonBuilder::add(Json value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return true;
  }
  if (++values_ > kMaxJsonValues) return refuse("too many keys and elements");
  if (open_.back()->is_array()) {
    append(*open_.back(), std::move(value));
  } else {
    set(*open_.back(), key_, std::move(value));
  }
  return true;
}

bool JsonBuilder::parse_error(size_t position, const std::string&, const Json::exception&) {
  broken_at_ = position;
  return refuse("not well-formed");
}

}  // namespace restanza::mapping
