// SPDX-License-Identifier: MIT
// The journal: keeps what waits for endpoints, what was given up, who is stopped, and what requests with an
// Idempotency-Key were answered. Its thread writes what others ask for, many at a time in one commit (group
// commit), and tells each what became of it. Values go in and come out; how they are stored, only the
// store knows. Owns the store.
//
// Threads: open and stop [setup]; the others any thread, and they never block, but for `load`. What was asked
// for is carried out in the order of asking; `then` runs on the journal's thread, without a lock held, in the
// same order. Past kMaxWork requests that wait, and after `stop`, `then` gets an error at once, on the
// calling thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "journal/group.h"
#include "journal/intake.h"
#include "journal/record.h"
#include "journal/sharing.h"
#include "journal/store.h"

namespace restanza::journal {

class Writer;  // for this folder only

class Journal {
 public:
  static constexpr size_t kMaxIntake = Intake::kMaxTakes;       // `take`s that wait for their commit
  static constexpr size_t kMaxIntakeBytes = Intake::kMaxBytes;  // of their stanzas together
  static constexpr size_t kMaxWork = Intake::kMaxWork;          // other requests with a `then`, that wait
  static constexpr size_t kMaxGroup = Intake::kMaxGroup;        // writes in one commit
  static constexpr std::chrono::milliseconds kRetry{1000};      // after a commit or a look failed
  static constexpr std::chrono::seconds kLook{5};  // at its files, and at the clock, where nothing is asked

  struct Settings {
    std::string directory;                   // this, and the last two, as a StorePlace has them
    uint64_t max_bytes = uint64_t{1} << 30;  // from there on `take` gives an error
    uint64_t max_key_bytes =
        KeyLimits().together;  // beside them, for idempotency keys; and of one credential
    uint64_t max_key_bytes_each = KeyLimits().each;
    std::string database = {};
    std::string domain = {};

    StorePlace place() const { return {directory, database, domain, max_bytes}; }
  };

  using Entry = journal::Entry;
  using Taken = journal::Taken;
  template <class T>
  using Then = std::function<void(Result<T>)>;

  Journal(Settings settings, OpenStore open_store, const Clock& clock, Log& log);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Opens the store and begins the thread. Warns where the journal is in memory, and where a damaged file was
  // set aside.
  Result<void> open();
  // Writes what was asked for before (what cannot be written is said in the log), ends the thread, closes the
  // store.
  void stop();

  bool durable() const { return settings_.place().durable(); }

  // Before each group, and every kLook, the journal looks whether somebody has taken its files away or
  // shortened them. The log says so, and all that can be read is written anew. Where that is not all, `save`
  // is called on the journal's thread: whoever has deliveries in memory then gives them back with `restore`.
  // Each that was given is called.
  void on_loss(std::function<void()> save) {
    const std::lock_guard<std::mutex> lock(mutex_);
    save_.push_back(std::move(save));
  }
  // Where several processes share the store: who hears of it, and outlives the journal's thread. Before the
  // first `share`, from which on buckets come and go. For what was this process's when it opened the store,
  // `came` is not called: that is listed. `linked`: whether stanzas can leave here right now; on the
  // journal's thread.
  void add(Sharer& sharer) { sharing_.add(sharer); }
  void share(std::function<bool()> linked);
  bool has_all() const { return sharing_.whole(); }
  bool shared() const;            // whether there may be others
  bool has(Bucket bucket) const;  // whether it is this process's to number, and to deliver

  // False: the intake is full (or stopped), the entry is untouched; a copy of `room`, if given, then runs
  // once when there is room again, on the journal's thread. A caller that cannot wait passes no `room`.
  bool take(Entry&& entry, Taken then, const std::function<void()>& room = {});

  // Small changes that make room or keep account: they are written sooner or later, the first three along
  // with other things or after Intake::kSettle. After a failed commit they wait, kRetry at a time, and the
  // log says so once.
  void remove(Seq seq);
  void note_attempt(const Delivery& delivery);  // attempts, failures, changed, last_error of its seq
  void note_dead(const Delivery& delivery);     // the same, and its state
  void restore(Delivery delivery, std::shared_ptr<const xmpp::Stanza> stanza);  // under its seq
  void remember_stop(EndpointStop stop);
  void forget_stop(const std::string& endpoint);
  // Dead letters whose death lies before. Where the wall clock has jumped by more than an hour, the log says
  // so, ages go on from what they were, and for a day nothing is forgotten for its age, here and below.
  void forget_dead(WallTime before);

  // What is stored. A read sees all that was asked for before it, but for changes that wait for another try,
  // and perhaps something that was asked for after it. What the values mean is said in request.h.
  void list(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then);
  void find(std::string id, Then<std::optional<Delivery>> then);
  void count(Then<std::vector<Count>> then);
  void stops(Then<std::vector<EndpointStop>> then);
  void count_keys(size_t limit, Then<KeysKept> then);
  void tickets(Then<std::vector<Ticket>> then);
  // Of these, three for whoever delivers: only what is this process's to deliver; and two for whoever acts on
  // it: an error while changes wait for another try.
  void list_ours(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then);
  void list_settled(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then);
  void stops_settled(Then<std::vector<EndpointStop>> then);
  // The stanza of a delivery; absent where there is none any more. Sees what was committed when it was
  // called. Waits for the disk, so it is for threads that may.
  Result<std::optional<xmpp::Stanza>> load(Seq seq);
  Result<std::vector<Delivery>> page(Page page);  // as `load`

  // Commands. Each fails alone, by its own error or the commit's, and then has changed nothing; `then` runs
  // once it is committed.
  void revive(std::string id, Then<std::optional<Delivery>> then);
  void revive(Filter filter, size_t limit, Then<std::vector<Delivery>> then);
  void discard(std::vector<Seq> seqs, Filter filter, Then<std::vector<Seq>> then);
  void open_consumer(std::string name, Then<Consumer> then);
  void acknowledge(std::string consumer, Seq upto, uint64_t told, size_t limit, Then<size_t> then);
  void give_up(std::string consumer, std::optional<WallTime::duration> age, size_t limit, std::string why,
               size_t keep, Then<size_t> then);
  void claim_key(std::string key, std::string fingerprint, std::string credential, Then<Claim> then);
  void finish_key(std::string key, Remembered answer, Then<void> then);  // of a key that was claimed
  void forget_key(std::string key, Then<void> then);
  void lose_key(std::string key, Then<void> then);  // of one that was claimed: its outcome is unknown
  void forget_old_keys(Then<void> then);            // kKeyLifetime old
  void discard_keys(std::string credential, size_t limit, Then<size_t> then);

  void keep_ticket(Ticket ticket, Then<void> then);
  void forget_ticket(std::string digest, Then<void> then);

  // Whether what waits may be delivered by this process right now (Store::ours).
  bool ours() const;

  // `then` runs when all that was asked for before has been written, or could not be, and been told.
  void flush(std::function<void()> then);

  size_t waiting() const { return intake_.takes(); }  // `take`s whose `then` has not run

  // Idempotency keys, as of the latest commit that changed any; for metrics.
  size_t keys() const { return keys_; }
  uint64_t key_bytes() const { return key_bytes_; }
  KeyLimits key_limits() const { return {settings_.max_key_bytes_each, settings_.max_key_bytes}; }

 private:
  std::shared_ptr<Store> store() const;
  void change(Change change);
  template <class Request>
  Result<typename Request::Answer> read_now(Request request);
  template <class Request, class T>
  void ask(Request request, Then<T> then);
  void loop();
  bool look();
  void say(const Renewed& renewed) const;
  static void refuse(Group& group) noexcept;
  void read(Group& group);
  void deal();  // between a group's write and its being told, and while nothing is held
  bool settle(bool last);
  void note_keys();
  void tell(Group group);

  const Settings settings_;
  const OpenStore open_store_;
  const Clock& clock_;
  Log& log_;

  Intake intake_;
  mutable std::mutex mutex_;
  std::shared_ptr<Store> store_;  // under the lock, but for the journal's thread
  std::vector<std::function<void()>> save_;
  Sharing sharing_;
  std::atomic<size_t> keys_{0};
  std::atomic<uint64_t> key_bytes_{0};
  std::thread thread_;
  std::unique_ptr<Writer> writer_;
  Group held_;  // of which nobody saw the commit's end; this and the next three: the journal's thread only
  bool look_failed_ = false;
  Instant look_again_;
};

}  // namespace restanza::journal
