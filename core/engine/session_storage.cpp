// What happens on the storage thread: loading, looking, and the transaction between lock and unlock (DESIGN 1).
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/refresh_shape.h"
#include "core/engine/session_core.h"
#include "core/platform_api/idempotency.h"

namespace credit {
namespace {

struct Reading {
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;
    std::optional<Record> record;
};

Reading read_record(RecordStore& store) {
    Reading out;
    RecordHeader header;
    SecretBuffer body;
    const StoreResult result = store.load(header, body);
    out.answer = result.answer;
    out.detail = result.detail;
    if (result.answer != StoreAnswer::present) return out;
    Record record;
    switch (decode_record(header, body, record)) {
        case RecordFault::none:
            out.record = std::move(record);
            return out;
        case RecordFault::newer_format:
            out.answer = StoreAnswer::newer_format;
            return out;
        case RecordFault::malformed:
            out.answer = StoreAnswer::corrupt;
            out.detail = "the record does not decode";
            return out;
    }
    return out;
}

// Nobody wrote since this session did: what is stored is what it believes, and need not be opened again.
bool unchanged(const Txn& txn, RecordStore& store) {
    const bool eligible = txn.kind == TxnKind::commit || txn.kind == TxnKind::note;
    if (!eligible || txn.expected == Version{}) return false;
    const StorePeek peek = store.peek();
    return peek.answer == StoreAnswer::present && peek.header.version == txn.expected &&
           peek.header.write_seq == txn.proposal.write_seq;
}

StoreResult write_record(RecordStore& store, Record& record, bool both_slots) {
    fit_record(record);
    RecordHeader header;
    SecretBuffer body;
    body.reserve(encoded_size(record));
    encode_record(record, header, body);
    return store.replace(header, body, both_slots);
}

// The commit lock, given back whatever happens under it.
class CommitLock {
  public:
    explicit CommitLock(RecordStore& store) : store_(store), result_(store.lock()) {}
    ~CommitLock() {
        if (held()) store_.unlock();
    }
    CommitLock(const CommitLock&) = delete;
    CommitLock& operator=(const CommitLock&) = delete;
    bool held() const noexcept { return result_.answer == StoreAnswer::done; }
    const StoreResult& result() const noexcept { return result_; }

  private:
    RecordStore& store_;
    const StoreResult result_;
};

TxnResult execute(Txn& txn, RecordStore& store, Clock& clock) {
    TxnResult result;
    result.id = txn.id;
    result.kind = txn.kind;
    result.record = txn.proposal;
    const CommitLock lock(store);
    if (!lock.held()) {
        result.answer = lock.result().answer;
        result.detail = lock.result().detail;
        return result;
    }
    Reading reading;
    if (unchanged(txn, store)) {
        reading.answer = StoreAnswer::present;
        reading.record = txn.proposal;
        reading.record->version = txn.expected;
    } else {
        reading = read_record(store);
    }
    txn.owner = store.owner_id();
    TxnPlan planned = plan(txn, reading.answer, reading.record, clock.now(),
                           [&](std::uint64_t owner) { return store.owner_gone(owner); });
    result.outcome = planned.outcome;
    result.answer = reading.answer;
    result.detail = reading.detail;
    result.busy_for = planned.busy_for;
    if (planned.write) {
        const StoreResult written = write_record(store, planned.record, planned.both_slots);
        result.answer = written.answer;
        result.detail = written.detail;
        if (written.answer == StoreAnswer::done && planned.erase_quarantine) {
            const StoreResult erased = store.erase_quarantine();
            result.answer = erased.answer;
            result.detail = erased.detail;
        }
        if (result.answer != StoreAnswer::done) result.outcome = TxnOutcome::storage;
    }
    if (result.outcome != TxnOutcome::storage) result.record = std::move(planned.record);
    return result;
}

StoreResult erase_locked(RecordStore& store) {
    const CommitLock lock(store);
    return lock.held() ? store.erase() : lock.result();
}

}  // namespace

Error erase_record(SecureStore& store, const RecordKey& key) {
    try {
        const auto record = store.open_record(key);
        const StoreResult result = erase_locked(*record);
        return {code_of(result.answer), "the store did not erase the record: " + result.detail};
    } catch (const CheckFailed& failed) {  // R36
        return {Code::internal, std::string("internal check failed: ") + failed.what()};
    } catch (const std::bad_alloc&) {
        return {Code::out_of_memory, {}};
    }
}

// What a job throws closes the session that wanted it, not the process (R36).
void SessionCore::on_storage(Executor::Job job) {
    engine_.storage().run([self = shared_from_this(), job = std::move(job)] {
        try {
            job();
        } catch (const CheckFailed& failed) {
            self->post(
                [core = self.get(), what = failed.what()] { core->broken(Code::internal, what); });
        } catch (const std::bad_alloc&) {
            self->post([core = self.get()] { core->broken(Code::out_of_memory, "out of memory"); });
        }
    });
}

// R36: the record says why the session closed, if the store can still take it. Nothing else in it changes.
void SessionCore::journal_failure(Code code) {
    JournalEntry entry;
    entry.at = now().wall;
    entry.what = JournalEvent::internal_error;
    entry.why = code;
    engine_.storage().run([self = shared_from_this(), entry]() mutable {
        try {
            const CommitLock lock(*self->store_);
            if (!lock.held()) return;
            Reading reading = read_record(*self->store_);
            if (!reading.record) return;
            entry.generation = reading.record->version.generation;
            reading.record->journal.add(std::move(entry));
            reading.record->write_seq += 1;
            write_record(*self->store_, *reading.record, false);
        } catch (const CheckFailed&) {  // the same trouble again; the log has it
        } catch (const std::bad_alloc&) {
        }
    });
}

void SessionCore::load() {
    on_storage([self = shared_from_this()] {
        Reading reading = read_record(*self->store_);
        event::Loaded loaded{reading.answer, std::move(reading.detail), std::move(reading.record)};
        self->post([self, loaded = std::move(loaded)] { self->feed(loaded); });
    });
}

void SessionCore::peek(std::uint64_t round) {
    on_storage([self = shared_from_this(), round] {
        const StorePeek peek = self->store_->peek();
        const event::Peeked peeked{round, peek.answer, peek.header.version, peek.header.write_seq};
        self->post([self, peeked] { self->feed(peeked); });
    });
}

void SessionCore::run_txn(Txn txn) {
    on_storage([self = shared_from_this(), txn = std::move(txn)]() mutable {
        self->dress(txn.proposal);
        event::TxnDone done{execute(txn, *self->store_, *self->config_.ports.clock)};
        self->post([self, done = std::move(done)] { self->feed(done); });
    });
}

// The machine says that a mark is to be made; which key and which request it is for is known here (R12, R13).
void SessionCore::dress(Record& record) const {
    if (!record.intent || !record.pair) return;
    Intent& intent = *record.intent;
    const SecretRef& credential = record.pair->refresh_token != nullptr
                                      ? record.pair->refresh_token
                                      : record.pair->session_token;
    CREDIT_CHECK(credential != nullptr);
    if (intent.idempotency_key == nullptr) {
        std::string key = derive_refresh_key(credential->view(), intent.n, intent.key_epoch);
        intent.idempotency_key = Secret::copy_of(key);
        wipe(key.data(), key.size());
    }
    if (intent.fingerprint.empty()) intent.fingerprint = token_fingerprint(credential->view());
    if (intent.shape.empty()) intent.shape = encode_shape(configured_shape());
}

RefreshShape SessionCore::configured_shape() const {
    const SessionSettings& settings = config_.settings;
    RefreshShape shape;
    shape.route = settings.route;
    shape.url = settings.route == RefreshRoute::platform
                    ? settings.platform_url + settings.paths.refresh
                    : settings.partner_url + settings.paths.partner_refresh;
    shape.carrier = settings.carrier;
    shape.body = settings.body;
    shape.quote_idempotency_key = settings.quote_idempotency_key;
    shape.api_version = settings.api_version;
    return shape;
}

}  // namespace credit
