// SPDX-License-Identifier: MIT
#include "support/scarce_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <utility>

namespace restanza {
namespace {

constexpr long kPlenty = -1;

std::atomic<bool> scarce{false};
std::atomic<bool> lasting{false};  // the one that fails is the first of many
std::atomic<long> left{kPlenty};   // allocations until the one that fails
thread_local bool spared = false;

void* allocate(std::size_t size) {
  if (scarce && !spared) {
    const long before = left.fetch_sub(1);
    if (before == 0 || (before < 0 && lasting)) throw std::bad_alloc();
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void* allocate_or_null(std::size_t size) noexcept {
  try {
    return allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

void ScarceMemory::fail_at(long allocation) {
  left = allocation;
  scarce = true;
}

void ScarceMemory::fail_from(long allocation) {
  lasting = true;
  fail_at(allocation);
}

bool ScarceMemory::end() {
  scarce = lasting = false;
  return left < 0;
}

Spared::Spared() : before_(std::exchange(spared, true)) {}
Spared::~Spared() {
  spared = before_;
}
NotSpared::NotSpared() : before_(std::exchange(spared, false)) {}
NotSpared::~NotSpared() {
  spared = before_;
}

}  // namespace restanza

void* operator new(std::size_t size) {
  return restanza::allocate(size);
}
void* operator new[](std::size_t size) {
  return restanza::allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return restanza::allocate_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return restanza::allocate_or_null(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
