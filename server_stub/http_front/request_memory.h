// SPDX-License-Identifier: MIT
// Counts the bytes of all requests in one state against one limit, so that many senders together cannot take
// as much as each of them alone may. Requests that arrive in pieces and requests that wait for a handler are
// counted apart: slow senders who reach their limit keep out no request that comes at once.
//
// Threads: any. Ownership: a share gives its bytes back at its end; the count outlives the shares.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace restanza::host {

class RequestMemory {
 public:
  explicit RequestMemory(size_t limit) : limit_(limit) {}
  RequestMemory(const RequestMemory&) = delete;
  RequestMemory& operator=(const RequestMemory&) = delete;

  // What one request has of it.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept
        : whole_(std::exchange(other.whole_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(whole_, other.whole_);
      std::swap(bytes_, other.bytes_);
      other.give_back();
      return *this;
    }
    ~Share() { give_back(); }

    // False: there is no room for so much; the share stays as it was.
    bool resize(RequestMemory& whole, size_t bytes) {
      if (whole_ != &whole) give_back();  // to another count
      if (bytes > bytes_ && !whole.take(bytes - bytes_)) return false;
      if (bytes < bytes_) whole.used_ -= bytes_ - bytes;
      whole_ = &whole;
      bytes_ = bytes;
      return true;
    }

   private:
    void give_back() {
      if (bytes_ > 0) whole_->used_ -= bytes_;
      bytes_ = 0;
    }

    RequestMemory* whole_ = nullptr;
    size_t bytes_ = 0;
  };

 private:
  bool take(size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) return true;
    used_ -= bytes;
    return false;
  }

  const size_t limit_;
  std::atomic<size_t> used_{0};
};

}  // namespace restanza::host
