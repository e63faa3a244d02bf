// SPDX-License-Identifier: MIT
#include "lent.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <string>

namespace restanza::check {

char* Lent::block(size_t size) {
  static const auto kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t used = (size + kPage) / kPage * kPage;
  void* begin = mmap(nullptr, used + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED) throw std::bad_alloc();
  char* const bytes = static_cast<char*>(begin);
  mprotect(bytes + used, kPage, PROT_NONE);
  pages_.push_back({bytes, used + kPage});
  return bytes + used - size;
}

// The memory goes back and the addresses stay taken, all in the same manner, so that the kernel joins them.
Lent::~Lent() {
  for (const Pages& p : pages_) {
    mmap(p.begin, p.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  }
}

xp_str Lent::view(std::string_view text) {
  char* bytes = block(text.size());
  text.copy(bytes, text.size());
  return {bytes, text.size()};
}

const xp_pair* Lent::pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  auto* out = new (block(sizeof(xp_pair) * pairs.size())) xp_pair[pairs.size()];
  for (size_t i = 0; i < pairs.size(); ++i) out[i] = {view(pairs[i].first), view(pairs[i].second)};
  return out;
}

}  // namespace restanza::check
