// SPDX-License-Identifier: MIT
#include "http/exchange.h"

#include <atomic>
#include <mutex>

namespace restanza::http {

struct Exchange::Watched {
  void client_leaves() {
    left = true;
    if (gone) gone();
    tell_writer();  // who waits for room would wait for ever
  }
  void tell_writer() {
    std::shared_ptr<const std::function<void()>> told;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      told = writable;
    }
    if (told && *told) (*told)();
  }

  std::function<void()> gone;
  std::atomic<bool> left{false};
  std::mutex mutex;
  std::shared_ptr<const std::function<void()>> writable;  // since the answer begins
};

Exchange::~Exchange() {
  if (!responder_) return;
  const bool begun = status_ != 0;
  tell_ended({begun ? status_ : 500, bytes_, {}, begun, client_left()});
  responder_->fail();
  observers_.reset();
}

void Exchange::observe(std::unique_ptr<Observer> observer) noexcept {
  observer->next_ = std::move(observers_);
  observers_ = std::move(observer);
}

bool Exchange::client_left() const {
  return watched_ && watched_->left;
}

void Exchange::tell_ended(const Ending& ending) const noexcept {
  for (Observer* each = observers_.get(); each; each = each->next_.get()) each->ended(ending);
}

void Exchange::install_watch(std::function<void()> gone) {
  auto watched = std::make_shared<Watched>();
  watched->gone = std::move(gone);
  Watch watch;
  watch.gone = [watched] { watched->client_leaves(); };
  watch.writable = [watched] { watched->tell_writer(); };
  responder_->watch(std::move(watch));
  watched_ = std::move(watched);
}

void Exchange::watch(std::function<void()> gone) {
  if (!outlasts_client_) install_watch(std::move(gone));
}

void Exchange::respond(Response response) {
  if (!responder_) return;
  if (status_ != 0) {
    const Exchange dropped(std::move(*this));
    return;
  }
  response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
  headers_.clear();
  for (Observer* each = observers_.get(); each; each = each->next_.get()) {
    if (each->defer(*this, response)) return;
  }
  if (common_) response.common = std::move(common_);
  tell_ended({response.status, response.body.size(), response.condition, false, client_left()});
  const auto responder = std::move(responder_);
  const auto observers = std::move(observers_);
  watched_.reset();
  responder->respond(std::move(response));
}

Written Exchange::begin(Head head, std::function<void()> writable) {
  if (!responder_ || status_ != 0) return Written::gone;
  head.headers.insert(head.headers.end(), headers_.begin(), headers_.end());
  if (common_) head.common = common_;
  if (!watched_) install_watch({});
  {
    auto told = std::make_shared<const std::function<void()>>(std::move(writable));
    const std::lock_guard<std::mutex> lock(watched_->mutex);
    watched_->writable.swap(told);
  }
  const Written begun = responder_->begin(head);
  if (begun == Written::refused) {
    tell_ended({500, 0, {}, false, client_left()});
    const auto responder = std::move(responder_);
    observers_.reset();
    watched_.reset();
    return begun;
  }
  status_ = head.status;
  for (Observer* each = observers_.get(); each; each = each->next_.get()) each->began(status_);
  if (begun == Written::gone) watched_->left = true;
  return begun;
}

Written Exchange::write(std::string_view bytes) {
  if (!responder_ || status_ == 0) return Written::gone;
  const Written written = responder_->write(bytes);
  if (written == Written::taken) bytes_ += bytes.size();
  if (written == Written::gone) watched_->left = true;
  return written;
}

void Exchange::end() {
  if (status_ == 0) {
    const Exchange dropped(std::move(*this));
    return;
  }
  if (!responder_) return;
  tell_ended({status_, bytes_, {}, false, client_left()});
  const auto responder = std::move(responder_);
  const auto observers = std::move(observers_);
  watched_.reset();
  responder->end();
}

}  // namespace restanza::http
