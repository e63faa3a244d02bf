// SPDX-License-Identifier: MIT
// JSON into stanzas, by the table. The first failure stays, and what follows it is without effect on the
// outcome. null counts as absent everywhere but inside payloads and data forms.
//
// One thread. Internal to this folder.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codec.h"
#include "mapping/json/json.h"
#include "mapping/table.h"

namespace restanza::mapping {

class Writing {
 public:
  explicit Writing(const Options& options) : options_(options) {}

  // While it lives, what is said concerns the value under this key.
  class At {
   public:
    At(Writing& writing, std::string_view key) : writing_(writing) { writing_.path_.emplace_back(key); }
    At(Writing& writing, size_t index) : At(writing, std::to_string(index)) {}
    ~At() { writing_.path_.pop_back(); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    Writing& writing_;
  };

  void stanza(const Json& object, Kinds kind, xml::Element into);  // the whole, but its type
  void message(const Json& object, xml::Element into);             // one that is forwarded inside
  void object(const Json& object, Rows rows, xml::Element into);
  void row(const Row& row, const Json& value, xml::Element into);

  // The error of before XMPP 1.0, for a stanza of type error without an `error` object: the body is its text.
  void plain_error(const Json& object, xml::Element stanza);

  // Each says what is wrong with a value that is not as it should be, and gives nothing.
  std::optional<std::string> scalar(Scalar type, const Json& value);
  std::optional<std::string> string(const Json& value) { return scalar(Scalar::string, value); }
  bool is_object(const Json& value);
  bool is_array(const Json& value);

  // The member, absent where it is null or missing.
  const Json* member(const Json& object, const char* key);
  // The member as an attribute or as the text of a new child.
  void attribute(const Json& object, const char* key, xml::Element into);
  void child(const Json& object, const char* key, xml::Element into);
  void only(const Json& object, std::initializer_list<const char*> keys);  // all other keys are unknown

  void unknown(std::string_view key);
  void fail(std::string_view what);
  void set_text(xml::Element into, const std::string& text);

  bool failed() const { return failure_.has_value(); }
  const Failure& failure() const { return *failure_; }
  std::vector<std::string> take_unmapped() { return std::move(unmapped_); }

 private:
  // The members' keys that are no fields of the kind are left over.
  std::vector<std::string_view> fields(const Json& object, Kinds kind, xml::Element into);
  void list(const Row& row, const char* item, const char* ns, const Json& value, xml::Element into);
  void raw(const Json& value, xml::Element stanza);

  const Options& options_;
  std::vector<std::string> path_;
  std::vector<std::string> unmapped_;
  std::optional<Failure> failure_;
};

}  // namespace restanza::mapping
