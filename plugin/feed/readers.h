// SPDX-License-Identifier: MIT
// Who reads a consumer right now: one who asks, and those who follow beside it. One thread at a time; none of
// them is called here. Owns them, and they may own the consumer: whoever goes is handed out.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace restanza::feed {

// Somebody who reads a consumer right now. All run without a lock held, and block nothing.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void news() = 0;        // there may be more than it has read
  virtual void superseded() = 0;  // somebody else reads from now on
  virtual void ending() = 0;      // nobody reads any more
};

class Readers {
 public:
  static constexpr size_t kFollowers = 100;  // at once

  // Returns who asked before; null: nobody.
  std::shared_ptr<Reader> attend(std::shared_ptr<Reader> reader);
  // False: there are kFollowers already.
  bool follow(const std::shared_ptr<Reader>& reader);

  // Returns who has left; null: nobody.
  std::shared_ptr<Reader> leave(const Reader& reader);

  bool any() const { return asking_ || !followers_.empty(); }
  std::vector<std::shared_ptr<Reader>> all() const;

 private:
  std::shared_ptr<Reader> asking_;
  std::vector<std::shared_ptr<Reader>> followers_;
};

}  // namespace restanza::feed
