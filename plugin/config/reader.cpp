// SPDX-License-Identifier: MIT
#include "config/reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/parse.h"
#include "mapping/json/json_end.h"
#include "xmpp/stanza.h"

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

bool holds(const std::vector<std::string>& list, const char* word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const nlohmann::json* Reader::find(const std::string& key) {
  known_.insert(key);
  return has(key) ? &object_[key] : nullptr;
}

void Reader::text(const std::string& key, std::string& into) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_string()) return fail(key, "must be a text");
  into = value->get<std::string>();
}

void Reader::flag(const std::string& key, bool& into) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_boolean()) return fail(key, "must be true or false, and is " + value->dump());
  into = value->get<bool>();
}

void Reader::count(const std::string& key, uint64_t& into, uint64_t least, uint64_t most) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_number_unsigned() || value->get<uint64_t>() < least || value->get<uint64_t>() > most) {
    return fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                         ", and is " + value->dump());
  }
  into = value->get<uint64_t>();
}

bool Reader::within(const std::string& key, const char* what, double& into, double least, double most) {
  const auto* value = find(key);
  if (!value) return false;
  if (!value->is_number() || value->get<double>() < least || value->get<double>() > most) {
    fail(key, std::string("must be ") + what + " from " + plain_number(least) + " to " + plain_number(most) +
                  ", and is " + value->dump());
    return false;
  }
  into = value->get<double>();
  return true;
}

void Reader::number(const std::string& key, double& into, double least, double most) {
  within(key, "a number", into, least, most);
}

void Reader::seconds(const std::string& key, std::chrono::milliseconds& into, double least, double most) {
  double seconds = 0;
  if (!within(key, "a number of seconds", seconds, least, most)) return;
  into = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

void Reader::rate(const std::string& key, bool none, double& into) {
  constexpr double kLeast = 0.001;
  constexpr double kMost = 1000000;
  const auto* value = find(key);
  if (!value || (none && value->is_number() && value->get<double>() == 0)) return;
  if (!value->is_number() || value->get<double>() < kLeast || value->get<double>() > kMost) {
    return fail(key, std::string("must be a number of requests a second from 0.001 to 1000000, and is ") +
                         value->dump() + (none ? "; 0 is for no limit" : "; leave it out for no limit"));
  }
  into = value->get<double>();
}

void Reader::words(const std::string& key, std::vector<std::string>& into,
                   const std::vector<std::string>& known) {
  const auto* value = find(key);
  if (!value) return;
  const size_t size = value->is_array() ? value->size() : 1;
  into.clear();
  for (size_t i = 0; i < size; ++i) {
    const auto& word = value->is_array() ? (*value)[i] : *value;
    if (!word.is_string()) return fail(key, "must be a list of texts");
    const auto text = word.get<std::string>();
    if (!known.empty() && std::find(known.begin(), known.end(), text) == known.end()) {
      return fail(key, "knows " + joined(known) + ", and not '" + text + "'");
    }
    into.push_back(text);
  }
}

void Reader::kinds(const std::string& key, uint32_t& mask) {
  std::vector<std::string> names;
  words(key, names, {"message", "presence", "iq"});
  if (!has(key)) return;
  mask = 0;
  for (const auto& name : names) {
    mask |= static_cast<uint32_t>(xmpp::kind_named(name).value_or(xmpp::Kind{}));
  }
}

bool Reader::has(const std::string& key) const {
  return object_.contains(key) && !object_[key].is_null();
}

size_t Reader::length(const std::string& key) const {
  return has(key) && object_[key].is_array() ? object_[key].size() : 0;
}

void Reader::tables(const std::string& key, const std::function<Result<void>(Reader&)>& read_one) {
  const auto* list = find(key);
  if (!list) return;
  if (!list->is_array()) return fail(key, "must be a list");
  for (size_t i = 0; i < list->size() && !failed(); ++i) {
    const std::string where = where_ + key + "[" + std::to_string(i) + "]";
    if (!(*list)[i].is_object()) return fail(Error{"setting '" + where + "' must be a table"});
    Reader entry((*list)[i], where + ".");
    if (const auto read = read_one(entry); !read) fail(read.error());
  }
}

bool Reader::has_table(const std::string& key) const {
  return has(key) && object_[key].is_object();
}

void Reader::table(const std::string& key, const std::function<Result<void>(Reader&)>& read_it) {
  const auto* value = find(key);
  if (!value) return;
  if (!value->is_object()) return fail(key, "must be a table");
  Reader inner(*value, where_ + key + ".");
  if (const auto read = read_it(inner); !read) fail(read.error());
}

std::vector<std::string> Reader::keys() const {
  std::vector<std::string> all;
  for (const auto& item : object_.items()) all.push_back(item.key());
  return all;
}

void Reader::fail(const std::string& key, const std::string& why) {
  fail(Error{"setting '" + where_ + key + "' " + why});
}

void Reader::fail(const Error& error) {
  if (error_.empty()) error_ = error.text;
}

Result<void> Reader::finish() {
  for (const auto& item : object_.items()) {
    if (known_.count(item.key()) == 0)
      fail(item.key(), "is an unknown option: remove it or correct its name");
  }
  if (failed()) return Error{error_};
  return {};
}

Result<void> read_object(std::string_view json, const std::function<void(Reader&)>& read_all) {
  if (!within_depth(json))
    return Error{"the settings have more than " + std::to_string(kMaxJsonDepth) +
                 " tables and lists inside each other"};
  nlohmann::json object;
  const EmptyAtEnd emptied(object);
  if (!parse_into(object, json) || !object.is_object()) return Error{"the settings are not one JSON object"};
  Reader reader(object, "");
  read_all(reader);
  return reader.finish();
}

}  // namespace restanza::config
