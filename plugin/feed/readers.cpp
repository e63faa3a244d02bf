// SPDX-License-Identifier: MIT
#include "feed/readers.h"

#include <algorithm>
#include <utility>

namespace restanza::feed {

std::shared_ptr<Reader> Readers::attend(std::shared_ptr<Reader> reader) {
  return std::exchange(asking_, std::move(reader));
}

bool Readers::follow(const std::shared_ptr<Reader>& reader) {
  if (followers_.size() >= kFollowers) return false;
  followers_.push_back(reader);
  return true;
}

std::shared_ptr<Reader> Readers::leave(const Reader& reader) {
  if (asking_.get() == &reader) return std::exchange(asking_, nullptr);
  const auto found = std::find_if(followers_.begin(), followers_.end(),
                                  [&reader](const auto& each) { return each.get() == &reader; });
  if (found == followers_.end()) return nullptr;
  auto left = std::move(*found);
  followers_.erase(found);
  return left;
}

std::vector<std::shared_ptr<Reader>> Readers::all() const {
  std::vector<std::shared_ptr<Reader>> all = followers_;
  if (asking_) all.push_back(asking_);
  return all;
}

}  // namespace restanza::feed
