// SPDX-License-Identifier: GPL-3.0-or-later
// Reads one TOML table key by key, so that every error has its file, line and key, and what nobody asked for
// is found. The first error is kept. One thread.
#pragma once

#include <toml++/toml.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace restanza::host {

class TomlReader {
 public:
  // `name` stands before the keys in errors: "" or "http.".
  TomlReader(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  bool has(const char* key) const { return table_.contains(key); }
  void text(const char* key, std::string& into);
  std::vector<std::string> one_or_more(const char* key);  // a text or a list of texts; empty: absent
  std::vector<std::string> list(const char* key);
  void flag(const char* key, bool& into);
  void count(const char* key, uint64_t& into, uint64_t least, uint64_t most);
  void seconds(const char* key, std::chrono::milliseconds& into, uint64_t least, uint64_t most);
  void texts(const char* key, std::map<std::string, std::string>& into);  // a table of texts
  const toml::table* table(const char* key);
  std::vector<const toml::table*> tables(const char* key);  // a list of tables, or one alone

  // Hands a text that stands there to `parse`, whose error is reported with the key.
  void parsed(const char* key, const std::function<Result<void>(const std::string&)>& parse);

  void fail(const char* key, const std::string& why);
  std::string place(const char* key) const { return place(table_.get(key)); }  // "file:line: "
  const std::string& file() const { return file_; }
  size_t line() const { return table_.source().begin.line; }  // where the table begins
  Result<void> finish();  // the first error, or the first key that nobody asked for

 private:
  const toml::node* find(const char* key);
  void fail_at(const toml::node* node, const char* key, const std::string& why);
  std::vector<std::string> texts_of(const char* key, const toml::array& list);
  std::string place(const toml::node* node) const;

  const toml::table& table_;
  const std::string file_;
  const std::string name_;
  std::set<std::string> known_;
  std::string error_;
};

}  // namespace restanza::host
