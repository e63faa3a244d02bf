// SPDX-License-Identifier: MIT
// Between the views of xp.h and those of the standard library, for both sides of the border in this tree;
// plugins of others have xp.hpp. Pure, any thread; a view lives as long as what it was made from.
#pragma once

#include <string>
#include <string_view>

#include "xp.h"

namespace restanza::views {

inline xp_str view(std::string_view text) {
  return {text.data() ? text.data() : "", text.size()};
}
// Absent where there is nothing in it.
inline xp_str view_or_absent(std::string_view text) {
  return text.empty() ? xp_str{nullptr, 0} : view(text);
}
inline std::string_view text(xp_str view) {
  return view.ptr ? std::string_view(view.ptr, view.len) : std::string_view();
}
inline std::string copy(xp_str view) {
  return std::string(text(view));
}

}  // namespace restanza::views
