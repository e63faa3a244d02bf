// SPDX-License-Identifier: MIT
#include "settings/json_form.h"

#include "support/catch.h"

using namespace restanza;

namespace {

std::string written(const std::string& type, const std::string& default_value) {
  return settings::default_json({"key", type, "", default_value, "means something"});
}

}  // namespace

TEST_CASE("the words of a type say which types of JSON it may be") {
  const auto types = [](const std::string& words) {
    return settings::json_types({"key", words, "", "none", ""});
  };
  CHECK(types("true or false") == settings::kBoolean);
  CHECK(types("whole number") == settings::kNumber);
  CHECK(types("seconds") == settings::kNumber);
  CHECK(types("text") == settings::kString);
  CHECK(types("list of texts") == (settings::kArray | settings::kString));
  CHECK(types("list of tables") == settings::kArray);
  CHECK(types("text or table") == (settings::kString | settings::kObject));
  CHECK(types("colour") == 0);
}

TEST_CASE("a default is in JSON what a file may say, and words are nothing in JSON") {
  CHECK(written("true or false", "false") == "false");
  CHECK(written("seconds", "1.5") == "1.5");
  CHECK(written("number", "any number") == "");
  CHECK(written("text", "`\"rest\"`") == "\"rest\"");
  CHECK(written("text", "`bounce`") == "\"bounce\"");
  CHECK(written("text", "none") == "");
  CHECK(written("text", "`a` or `b`") == "");
  CHECK(written("list of texts", "`[\"a\", \"b\"]`") == "[\"a\", \"b\"]");
  CHECK(written("list of texts", "all") == "");
  CHECK(written("text", "required") == "");
}
