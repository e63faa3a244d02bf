// SPDX-License-Identifier: MIT
#include "rest/resources/consumer_place.h"

#include <utility>

namespace restanza::rest {
namespace {

constexpr size_t kMaxShownName = 100;  // bytes of a name that a refusal repeats

Refusal unknown_consumer(const std::string& name) {
  return refused::not_found("There is no consumer '" + name.substr(0, kMaxShownName) +
                            "': the setting 'updates' names those that there are");
}

Refusal cursor_gone(const feed::Consumer& consumer) {
  const std::string oldest = text_of(consumer.acknowledged());
  return {
      410,
      "cancel",
      "gone",
      "Nothing is known of this cursor any more: ask without 'after', which goes on after '" + oldest + "'",
      {{"Restanza-Cursor", oldest}}};
}

}  // namespace

Result<std::shared_ptr<feed::Consumer>, Refusal> consumer_for(const feed::Consumers& consumers,
                                                              const std::optional<std::string>& name,
                                                              const Caller& caller) {
  const std::string wanted = name.value_or(caller.consumer.value_or(feed::ConsumerSettings().name));
  if (caller.consumer && *caller.consumer != wanted)
    return refused::forbidden("The ticket is for the consumer '" + *caller.consumer + "' only");
  auto consumer = consumers.find(wanted);
  if (!consumer) return unknown_consumer(wanted);
  return consumer;
}

Result<ConsumerPlace, Refusal> place_for(const feed::Consumers& consumers, const NamedPlace& named,
                                         const Caller& caller) {
  auto consumer = consumer_for(consumers, named.consumer, caller);
  if (!consumer) return consumer.error();
  if (!named.cursor) return ConsumerPlace{*consumer, (*consumer)->acknowledged(), false};
  auto cursor = (*consumer)->place(*named.cursor);
  if (!cursor) return cursor_gone(**consumer);
  return ConsumerPlace{std::move(*consumer), std::move(*cursor), true};
}

}  // namespace restanza::rest
