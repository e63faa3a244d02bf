// SPDX-License-Identifier: MIT
#include "feed/page.h"

#include <utility>

namespace restanza::feed {
namespace {

class Merging {
 public:
  Merging(Page& page, const Cursor& at, PageLimits limits) : page_(page), limits_(limits) { page_.end = at; }

  // False: there was no room for it.
  bool add(journal::Seq seq, uint64_t number, Update update) {
    size_ += update.stanza->xml.size();
    const bool fits =
        page_.updates.size() < limits_.updates && (page_.updates.empty() || size_ <= limits_.bytes);
    page_.full = page_.full || !fits;
    if (page_.full) return false;
    page_.end.seq = seq;
    page_.end.number = number;
    update.cursor = text_of(page_.end);
    page_.updates.push_back(std::move(update));
    return true;
  }
  bool add(const Moment& moment) {
    return add(page_.end.seq, moment.number,
               {{}, moment.id, moment.accepted, moment.stanza, false, moment.until});
  }
  bool add(Kept&& one) {
    return add(one.seq, 0, {{}, std::move(one.id), one.accepted, std::move(one.stanza), true, std::nullopt});
  }

 private:
  Page& page_;
  const PageLimits limits_;
  size_t size_ = 0;
};

}  // namespace

Page merge(std::vector<Kept> kept, const std::vector<Moment>& moments, const Cursor& at, journal::Seq last,
           PageLimits limits) {
  Page page;
  Merging merging(page, at, limits);
  auto moment = moments.begin();
  const auto add_moments = [&](journal::Seq up_to) {
    for (; moment != moments.end() && moment->behind <= up_to; ++moment) {
      if (!merging.add(*moment)) return;
    }
  };
  for (Kept& one : kept) {
    add_moments(one.seq - 1);
    if (page.full || !merging.add(std::move(one))) break;
  }
  if (!page.full) add_moments(last);
  page.next = text_of(page.end);
  return page;
}

}  // namespace restanza::feed
