// SPDX-License-Identifier: MIT
#include "webhook/request/test_event.h"

#include "base/guarded.h"
#include "base/random.h"
#include "webhook/request/body.h"
#include "webhook/settings/target.h"

namespace restanza::webhook {
namespace {

xmpp::Stanza test_event(const std::string& domain) {
  xml::Document message("message", xml::kContentNamespace);
  xml::Element root = message.root();
  root.set_attribute("from", domain);
  root.set_attribute("to", domain);
  root.set_attribute("id", random_id());
  root.set_attribute("type", "headline");
  root.add("body", xml::kContentNamespace).add_text("A test of this endpoint");
  return *xmpp::to_stanza(root);
}

}  // namespace

bool TestEvent::run(std::function<void(const Outcome&)> then) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (running_ || stopped_) return false;
  if (thread_.joinable()) thread_.join();  // it has said its last word already
  try {
    transport_ = transports_.make(url_, settings_, timer_);
    running_ = true;
    thread_ =
        LargeStackThread("rz-webhook-test", transports_.stack, [this, then = std::move(then)]() mutable {
          guarded(log_, "the test of an endpoint", [&] { then(post(*transport_)); });
          then = nullptr;  // with it goes whoever still waits to be told
          const std::lock_guard<std::mutex> end(mutex_);
          running_ = false;
        });
  } catch (const std::exception& error) {
    running_ = false;
    log_thrown(log_, "the test of an endpoint", error);
  }
  return running_;
}

Outcome TestEvent::post(Transport& transport) const {
  const xmpp::Stanza stanza = test_event(settings_.domain);
  Body body = body_of(stanza, settings_.format, settings_.mapping);
  Post request;
  request.target = fill_fields(url_.target, stanza);
  request.content_type = mapping::media_type(body.format);
  request.headers = signer_.headers("msg_" + random_id(), clock_.wall(), body.text);
  request.body = std::move(body.text);
  return transport.post(request, settings_.timeout);
}

bool TestEvent::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !running_;
}

void TestEvent::stop() {
  LargeStackThread thread;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    if (transport_) transport_->abort();
    thread.swap(thread_);
  }
  if (thread.joinable()) thread.join();
}

}  // namespace restanza::webhook
