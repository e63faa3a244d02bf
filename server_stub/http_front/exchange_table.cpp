// SPDX-License-Identifier: MIT
#include "http_front/exchange_table.h"

namespace restanza::host {
namespace {

constexpr unsigned kIndexBits = 32;  // the lower half of a handle; the upper one is the generation

}  // namespace

const ExchangeTable::Slot* ExchangeTable::slot(ExchangeId id) const {
  const auto index = static_cast<uint32_t>(id);
  if (index >= slots_.size()) return nullptr;
  const Slot& slot = slots_[index];
  return slot.exchange && slot.generation == id >> kIndexBits ? &slot : nullptr;
}

std::optional<ExchangeId> ExchangeTable::add(std::shared_ptr<Exchange> exchange) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_.empty()) {
    if (slots_.size() >= limit_) return std::nullopt;
    // Room for all of them to become free again: to take an exchange out needs no memory.
    if (free_.capacity() <= slots_.size()) free_.reserve(2 * slots_.size() + 1);
    slots_.emplace_back();
    free_.push_back(static_cast<uint32_t>(slots_.size() - 1));
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  slots_[index].exchange = std::move(exchange);
  return ExchangeId{slots_[index].generation} << kIndexBits | index;
}

std::shared_ptr<Exchange> ExchangeTable::find(ExchangeId id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Slot* found = slot(id);
  return found ? found->exchange : nullptr;
}

std::shared_ptr<Exchange> ExchangeTable::take(ExchangeId id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!slot(id)) return nullptr;
  const auto index = static_cast<uint32_t>(id);
  Slot& found = slots_[index];
  if (++found.generation == 0) found.generation = 1;  // a handle is never 0
  free_.push_back(index);
  return std::move(found.exchange);
}

void ExchangeTable::clear() {
  std::vector<Slot> dropped;  // freed after the lock, with the watches
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped.swap(slots_);
  free_.clear();
}

size_t ExchangeTable::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return slots_.size() - free_.size();
}

}  // namespace restanza::host
