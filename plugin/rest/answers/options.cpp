// SPDX-License-Identifier: MIT
#include "rest/answers/options.h"

#include <algorithm>

namespace restanza::rest {
namespace {

constexpr size_t kMaxShownOption = 100;  // bytes of a name that a refusal repeats

// "a, b and c are known".
std::string known(const std::vector<Option>& options) {
  std::string all = options.front().name;
  for (size_t i = 1; i < options.size(); ++i) {
    all += (i + 1 == options.size() ? " and " : ", ") + std::string(options[i].name);
  }
  return all + (options.size() == 1 ? " is known" : " are known");
}

}  // namespace

Option text_option(const char* name, std::optional<std::string>& text) {
  return {name, [&text](const std::string& value) {
            text = value;
            return Result<void, Refusal>();
          }};
}

Result<void, Refusal> read_options(const Members& members, const std::vector<Option>& options) {
  for (const auto& [name, value] : members) {
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&given = name](const Option& each) { return given == each.name; });
    if (option == options.end())
      return refused::bad_query("'" + name.substr(0, kMaxShownOption) +
                                "' is an unknown option: " + known(options));
    if (auto taken = option->take(value); !taken) return taken.error();
  }
  return {};
}

}  // namespace restanza::rest
