// SPDX-License-Identifier: MIT
// Between the border's views and the standard library's. Internal to this folder.
#pragma once

#include <string>
#include <string_view>

#include "xp.h"

namespace restanza::abi {

inline xp_str view(std::string_view text) {
  return {text.data() ? text.data() : "", text.size()};
}
inline std::string_view text(xp_str view) {
  return view.ptr ? std::string_view(view.ptr, view.len) : std::string_view();
}
inline std::string copy(xp_str view) {
  return std::string(text(view));
}

}  // namespace restanza::abi
