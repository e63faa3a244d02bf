// SPDX-License-Identifier: MIT
// Reads one JSON object key by key, so that every error names its key and what was left unread is known at
// the end. The first error is kept. One thread. The object outlives its reader.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace restanza::config {

bool holds(const std::vector<std::string>& list, const char* word);

class Reader {
 public:
  // `where` stands before the key in errors: "" or "rest_tokens[0].".
  Reader(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {}

  void text(const std::string& key, std::string& into);
  void flag(const std::string& key, bool& into);
  void count(const std::string& key, uint64_t& into, uint64_t least, uint64_t most);
  void number(const std::string& key, double& into, double least, double most);
  void seconds(const std::string& key, std::chrono::milliseconds& into, double least, double most);
  // Requests a second, whole or a fraction; 0 for any number of them, where `none` allows to say so.
  void rate(const std::string& key, bool none, double& into);
  // A list of words, or one word alone; each must be one of `known` where that is not empty.
  void words(const std::string& key, std::vector<std::string>& into,
             const std::vector<std::string>& known = {});
  void kinds(const std::string& key, uint32_t& mask);  // names of stanzas as a mask of xmpp::Kind
  bool has(const std::string& key) const;
  size_t length(const std::string& key) const;  // of a list; 0 where there is none
  // Hands each table of a list to `read_one`, which ends with its `finish`.
  void tables(const std::string& key, const std::function<Result<void>(Reader&)>& read_one);

  bool has_table(const std::string& key) const;
  // Hands that table to `read_it`, which ends with its `finish`.
  void table(const std::string& key, const std::function<Result<void>(Reader&)>& read_it);
  std::vector<std::string> keys() const;  // of all that stands here, read or not

  void fail(const std::string& key, const std::string& why);
  void fail(const Error& error);  // of something inside, which names the whole key itself
  bool failed() const { return !error_.empty(); }
  // The first error, or the first key that nobody asked for.
  Result<void> finish();

 private:
  const nlohmann::json* find(const std::string& key);
  bool within(const std::string& key, const char* what, double& into, double least, double most);

  const nlohmann::json& object_;
  const std::string where_;
  std::set<std::string> known_;
  std::string error_;
};

// Hands the one object that the text must be to `read_all`, and says what its reader has found in the end.
Result<void> read_object(std::string_view json, const std::function<void(Reader&)>& read_all);

}  // namespace restanza::config
