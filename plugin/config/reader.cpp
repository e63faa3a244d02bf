// SPDX-License-Identifier: MIT
#include "config/reader.h"

#include <algorithm>

namespace restanza::config {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string plain_number(double value) {
  return nlohmann::json(value).dump();
}

}  // namespace

const nlohmann::json* Reader::find(const char* key) {
  known_.insert(key);
  return has(key) ? &object_[key] : nullptr;
}

void Reader::text(const char* key, std::string& into) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_string()) return fail(key, "must be a text");
  into = value->get<std::string>();
}

void Reader::flag(const char* key, bool& into) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_boolean()) return fail(key, "must be true or false");
  into = value->get<bool>();
}

void Reader::count(const char* key, size_t& into, size_t least, size_t most) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_number_unsigned() || value->get<size_t>() < least || value->get<size_t>() > most) {
    return fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                         ", and is " + value->dump());
  }
  into = value->get<size_t>();
}

void Reader::seconds(const char* key, std::chrono::milliseconds& into, double least, double most) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_number() || value->get<double>() < least || value->get<double>() > most) {
    return fail(key, "must be a number of seconds from " + plain_number(least) + " to " + plain_number(most) +
                         ", and is " + value->dump());
  }
  into = std::chrono::milliseconds(static_cast<int64_t>(value->get<double>() * 1000));
}

void Reader::words(const char* key, std::vector<std::string>& into, const std::vector<std::string>& known) {
  const auto* value = find(key);
  if (!value) return;
  const auto list = value->is_array() ? *value : nlohmann::json::array({*value});
  into.clear();
  for (const auto& word : list) {
    if (!word.is_string()) return fail(key, "must be a list of texts");
    const auto text = word.get<std::string>();
    if (!known.empty() && std::find(known.begin(), known.end(), text) == known.end()) {
      return fail(key, "knows " + joined(known) + ", and not '" + text + "'");
    }
    into.push_back(text);
  }
}

const nlohmann::json* Reader::list(const char* key) {
  const auto* value = find(key);
  if (value && !value->is_array()) {
    fail(key, "must be a list");
    return nullptr;
  }
  return value;
}

void Reader::fail(const std::string& key, const std::string& why) {
  if (error_.empty()) error_ = "setting '" + where_ + key + "' " + why;
}

Result<void> Reader::finish() {
  for (const auto& item : object_.items()) {
    if (known_.count(item.key()) == 0) fail(item.key(), "is not known: remove it or correct its name");
  }
  if (failed()) return Error{error_};
  return {};
}

}  // namespace restanza::config
