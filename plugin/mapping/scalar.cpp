// SPDX-License-Identifier: MIT
#include "mapping/scalar.h"

#include <charconv>
#include <cmath>

#include "base/str.h"

namespace restanza::mapping {
namespace {

template <class T>
bool parse_all(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Json> integer(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
  if (text.size() > 1 && text.front() != '-') {
    uint64_t large = 0;
    if (parse_all(text, large)) return large;
  }
  int64_t value = 0;
  if (!parse_all(text, value)) return std::nullopt;
  return value;
}

std::optional<Json> number(std::string_view text) {
  if (auto whole = integer(text)) return whole;
  double value = 0;
  text = trim(text);
  if (!parse_all(text, value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

// A whole number beyond this is not the one that was written, as a double.
constexpr double kLargestExact = 9007199254740992.0;

std::optional<std::string> whole(const Json& value) {
  if (value.is_number_integer()) return value.dump();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::fabs(number) > kLargestExact) return std::nullopt;
  return std::to_string(static_cast<int64_t>(number));
}

}  // namespace

std::optional<Json> read_scalar(Scalar type, std::string_view text) {
  switch (type) {
    case Scalar::string:
      return text;
    case Scalar::boolean:
      return text != "false" && text != "0";
    case Scalar::integer:
    case Scalar::integer_or_text:
      return integer(text);
    case Scalar::number:
      return number(text);
  }
  return std::nullopt;
}

Json form_scalar(Scalar type, std::string_view text) {
  if (type == Scalar::string) return text;
  if (type == Scalar::boolean) {
    // Python's programs write True and False.
    if (text.empty() || text == "1" || ascii_equal(text, "true")) return true;
    if (text == "0" || ascii_equal(text, "false")) return false;
    return text;
  }
  if (text.empty()) return nullptr;
  return read_scalar(type, text).value_or(text);
}

std::optional<std::string> write_scalar(Scalar type, const Json& value) {
  switch (type) {
    case Scalar::string:
      if (!value.is_string()) return std::nullopt;
      return value.get_ref<const std::string&>();
    case Scalar::boolean:
      if (!value.is_boolean()) return std::nullopt;
      return value.get<bool>() ? "1" : "0";
    case Scalar::integer_or_text:
      if (value.is_string()) {
        const auto read = integer(value.get_ref<const std::string&>());
        if (!read) return std::nullopt;
        return read->dump();
      }
      return whole(value);
    case Scalar::integer:
      return whole(value);
    case Scalar::number:
      if (auto exact = whole(value)) return exact;
      if (!value.is_number()) return std::nullopt;
      return value.dump();
  }
  return std::nullopt;
}

const char* describe(Scalar type) {
  switch (type) {
    case Scalar::string:
      return "a string";
    case Scalar::boolean:
      return "true or false";
    case Scalar::integer:
    case Scalar::integer_or_text:
      return "a whole number";
    case Scalar::number:
      return "a number";
  }
  return "";
}

}  // namespace restanza::mapping
