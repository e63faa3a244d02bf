// SPDX-License-Identifier: MIT
#include "journal/postgres/client/params.h"

#include "base/str.h"

namespace restanza::journal::postgres {
namespace {

// pg_type.oid of the elements.
constexpr uint32_t kByteStringType = 17;
constexpr uint32_t kIntegerType = 20;
constexpr uint32_t kTextType = 25;

void append(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

void append(std::string& out, int64_t value) {
  append(out, static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  append(out, static_cast<uint32_t>(static_cast<uint64_t>(value) & 0xFFFFFFFF));
}

// Dimensions, whether there are nulls, the type; of the one dimension its size and first index.
std::string array_head(uint32_t type, size_t size, bool nulls) {
  std::string out;
  append(out, size == 0 ? uint32_t{0} : uint32_t{1});
  append(out, nulls ? uint32_t{1} : uint32_t{0});
  append(out, type);
  if (size == 0) return out;
  append(out, static_cast<uint32_t>(size));
  append(out, uint32_t{1});
  return out;
}

void append_element(std::string& out, std::string_view value) {
  append(out, static_cast<uint32_t>(value.size()));
  out += value;
}

bool storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && valid_utf8(text);
}

std::string stored(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '\0' || (static_cast<unsigned char>(c) & 0x80) != 0) c = '?';
  }
  return out;
}

void append_text(std::string& out, std::string_view text) {
  if (storable(text)) return append_element(out, text);
  append_element(out, stored(text));
}

}  // namespace

Params& Params::integer(int64_t value) {
  std::string out;
  append(out, value);
  values_.emplace_back(std::move(out));
  return *this;
}

Params& Params::text(std::string_view value) {
  values_.emplace_back(storable(value) ? std::string(value) : stored(value));
  return *this;
}

Params& Params::bytes(std::string_view value) {
  values_.emplace_back(std::string(value));
  return *this;
}

Params& Params::null() {
  values_.emplace_back(std::nullopt);
  return *this;
}

Params& Params::integers(const std::vector<int64_t>& values) {
  std::string out = array_head(kIntegerType, values.size(), false);
  out.reserve(out.size() + 12 * values.size());
  for (const int64_t value : values) {
    append(out, uint32_t{8});
    append(out, value);
  }
  values_.emplace_back(std::move(out));
  return *this;
}

Params& Params::texts(const std::vector<std::optional<std::string_view>>& values) {
  std::string out = array_head(kTextType, values.size(), true);
  for (const auto& value : values) {
    if (value) {
      append_text(out, *value);
    } else {
      append(out, UINT32_MAX);
    }
  }
  values_.emplace_back(std::move(out));
  return *this;
}

Params& Params::byte_strings(const std::vector<std::string_view>& values) {
  std::string out = array_head(kByteStringType, values.size(), false);
  for (const std::string_view value : values) append_element(out, value);
  values_.emplace_back(std::move(out));
  return *this;
}

}  // namespace restanza::journal::postgres
