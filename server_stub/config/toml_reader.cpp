// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/toml_reader.h"

#include "base/credential.h"
#include "xmpp/jid.h"

namespace restanza::host {

const toml::node* TomlReader::find(const char* key) {
  known_.insert(key);
  return table_.get(key);
}

std::string TomlReader::place(const toml::node* node) const {
  const auto line = (node ? node->source() : table_.source()).begin.line;
  return file_ + ":" + std::to_string(line) + ": ";
}

void TomlReader::fail(const char* key, const std::string& why) {
  fail_at(table_.get(key), key, why);
}

void TomlReader::fail_at(const toml::node* node, const char* key, const std::string& why) {
  if (error_.empty()) error_ = place(node) + "'" + name_ + key + "' " + why;
}

void TomlReader::text(const char* key, std::string& into) {
  const auto* node = find(key);
  if (!node) return;
  const auto value = node->value_exact<std::string>();
  if (!value || value->empty()) return fail(key, "must be a text that is not empty");
  into = *value;
}

std::vector<std::string> TomlReader::texts_of(const char* key, const toml::array& list) {
  std::vector<std::string> out;
  for (const auto& item : list) {
    const auto value = item.value_exact<std::string>();
    if (!value || value->empty()) {
      fail_at(&item, key, "must hold texts that are not empty");
      return {};
    }
    out.push_back(*value);
  }
  return out;
}

std::vector<std::string> TomlReader::one_or_more(const char* key) {
  const auto* node = find(key);
  if (!node) return {};
  if (const auto* list = node->as_array()) {
    if (list->empty()) fail(key, "must not be empty");
    return texts_of(key, *list);
  }
  const auto value = node->value_exact<std::string>();
  if (value && !value->empty()) return {*value};
  fail(key, "must be a text that is not empty, or a list of such texts");
  return {};
}

std::vector<std::string> TomlReader::list(const char* key) {
  const auto* node = find(key);
  if (node && !node->is_array()) fail(key, "must be a list of texts");
  return node && node->is_array() ? texts_of(key, *node->as_array()) : std::vector<std::string>();
}

void TomlReader::flag(const char* key, bool& into) {
  const auto* node = find(key);
  if (!node) return;
  const auto value = node->value_exact<bool>();
  if (!value) return fail(key, "must be true or false");
  into = *value;
}

void TomlReader::count(const char* key, uint64_t& into, uint64_t least, uint64_t most) {
  const auto* node = find(key);
  if (!node) return;
  const auto value = node->value_exact<int64_t>();
  if (!value || *value < 0 || static_cast<uint64_t>(*value) < least || static_cast<uint64_t>(*value) > most) {
    return fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  into = static_cast<uint64_t>(*value);
}

void TomlReader::seconds(const char* key, std::chrono::milliseconds& into, uint64_t least, uint64_t most) {
  auto whole = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(into).count());
  count(key, whole, least, most);
  into = std::chrono::seconds(whole);
}

void TomlReader::texts(const char* key, std::map<std::string, std::string>& into) {
  const auto* node = table(key);
  if (!node) return;
  for (const auto& [name, value] : *node) {
    const auto text = value.value_exact<std::string>();
    if (!text)
      return fail_at(&value, key, "must hold texts only, and '" + std::string(name.str()) + "' is none");
    into[std::string(name.str())] = *text;
  }
}

const toml::table* TomlReader::table(const char* key) {
  const auto* node = find(key);
  if (node && !node->is_table()) fail(key, "must be a table");
  return node ? node->as_table() : nullptr;
}

std::vector<const toml::table*> TomlReader::tables(const char* key) {
  std::vector<const toml::table*> out;
  const auto* node = find(key);
  if (!node) return out;
  if (const auto* alone = node->as_table()) return {alone};
  const std::string wrong = "must be a table: write [" + std::string(key) + "], or [[" + std::string(key) +
                            "]] for each of several";
  const auto* list = node->as_array();
  if (!list) {
    fail(key, wrong);
    return out;
  }
  for (const auto& item : *list) {
    if (!item.is_table()) {
      fail_at(&item, key, wrong);
      return {};
    }
    out.push_back(item.as_table());
  }
  return out;
}

void TomlReader::parsed(const char* key, const std::function<Result<void>(const std::string&)>& parse) {
  std::string value;
  text(key, value);
  if (value.empty()) return;
  if (const auto result = parse(value); !result) fail(key, result.error().text);
}

Result<void> TomlReader::finish() {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (error_.empty() && known_.count(name) == 0) {
      error_ = place(&node) + "'" + name_ + name + "' is an unknown option: remove it or correct its name";
    }
  }
  if (!error_.empty()) return Error{error_};
  return {};
}

}  // namespace restanza::host
