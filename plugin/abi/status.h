// SPDX-License-Identifier: MIT
// Results as the status codes of C. No exception gets past this. Internal to this folder; any thread.
#pragma once

#include <exception>
#include <string_view>

#include "base/result.h"
#include "xp.h"

namespace restanza::abi {

inline xp_status fail(xp_error* error, xp_status code, std::string_view text) {
  if (error) {
    error->code = code;
    const size_t size = text.copy(error->text, sizeof error->text - 1);
    error->text[size] = '\0';
  }
  return code;
}

// What an error of `work` is called at the border, `wrong` says; an exception is XP_INTERNAL.
template <class Work>
xp_status at_border(xp_error* error, xp_status wrong, Work work) {
  try {
    const Result<void> result = work();
    return result ? xp_status{XP_OK} : fail(error, wrong, result.error().text);
  } catch (const std::exception& e) {
    return fail(error, XP_INTERNAL, e.what());
  }
}

}  // namespace restanza::abi
