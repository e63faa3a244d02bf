// SPDX-License-Identifier: MIT
#include "base/large_stack_thread.h"

#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "base/thread.h"

namespace restanza {
namespace {

using Work = std::function<void()>;

void* run(void* work) {
  const OwnThread listed;
  const std::unique_ptr<Work> own(static_cast<Work*>(work));
  (*own)();
  return nullptr;
}

}  // namespace

LargeStackThread::LargeStackThread(const char* name, size_t stack, Work work) {
  auto own = std::make_unique<Work>(std::move(work));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (stack != 0) pthread_attr_setstacksize(&attributes, stack);
  const SignalsBlocked blocked;
  const int failed = pthread_create(&thread_, &attributes, run, own.get());
  pthread_attr_destroy(&attributes);
  if (failed != 0) throw std::system_error(failed, std::generic_category());
  own.release();  // NOLINT(bugprone-unused-return-value): the thread has it now
  running_ = true;
  pthread_setname_np(thread_, name);
}

LargeStackThread::~LargeStackThread() {
  if (running_) std::terminate();  // as std::thread does
}

void LargeStackThread::swap(LargeStackThread& other) noexcept {
  std::swap(thread_, other.thread_);
  std::swap(running_, other.running_);
}

void LargeStackThread::join() {
  pthread_join(thread_, nullptr);
  running_ = false;
}

}  // namespace restanza
