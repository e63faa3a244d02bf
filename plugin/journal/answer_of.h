// SPDX-License-Identifier: MIT
// What the journal answers, waited for: for a thread that may, such as the one that starts the plugin.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "base/result.h"

namespace restanza::journal {

// `ask` hands on what is to be called with the answer.
template <class T, class Ask>
Result<T> answer_of(Ask ask) {
  const auto answer = std::make_shared<std::promise<Result<T>>>();
  ask([answer](Result<T> given) { answer->set_value(std::move(given)); });
  return answer->get_future().get();
}

}  // namespace restanza::journal
