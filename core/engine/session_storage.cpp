// What happens on the storage thread: loading, looking, and the transaction between lock and unlock (DESIGN 1).
#include <functional>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/engine/refresh_shape.h"
#include "core/engine/session_core.h"
#include "core/platform_api/idempotency.h"

namespace credit {
namespace {

struct Reading {
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;
};

// `body` is where the record is read into; `secrets`, when given, where its tokens go.
Reading read_record(RecordStore& store, SecretBuffer& body, SecretReserve* secrets,
                    std::optional<Record>& record) {
    Reading out;
    RecordHeader header;
    StoreResult result = store.load(header, body);
    out.answer = result.answer;
    out.detail = std::move(result.detail);
    if (result.answer != StoreAnswer::present) return out;
    switch (decode_record(header, body, record.emplace(), secrets)) {
        case RecordFault::none:
            return out;
        case RecordFault::newer_format:
            out.answer = StoreAnswer::newer_format;
            break;
        case RecordFault::malformed:
            out.answer = StoreAnswer::corrupt;
            out.detail = "the record does not decode";
            break;
    }
    record.reset();
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

StoreResult write_record(RecordStore& store, const Record& record, SecretBuffer& body,
                         bool both_slots) {
    RecordHeader header;
    encode_record(record, header, body);
    return store.replace(header, body, both_slots);
}

// Where a record of that size fits without allocating, if it does anywhere.
SecretBuffer& body_for(TxnWork& work, std::size_t bytes) {
    const bool large = bytes > work.body.capacity() && bytes <= work.large_body.capacity();
    return large ? work.large_body : work.body;
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

StoreAnswer read_stored(TxnWork& work, RecordStore& store) {
    if (unchanged(work.txn, store)) {
        work.stored = work.txn.proposal;
        work.stored->version = work.txn.expected;
        return StoreAnswer::present;
    }
    SecretBuffer& body = body_for(work, work.large_body.capacity());  // its size is not known yet
    Reading reading = read_record(store, body, &work.secrets, work.stored);
    work.result.detail = std::move(reading.detail);
    return reading.answer;
}

StoreAnswer write_planned(TxnWork& work, const TxnPlan& planned, RecordStore& store) {
    SecretBuffer& body = body_for(work, encoded_size(planned.record));
    StoreResult written = write_record(store, planned.record, body, planned.both_slots);
    if (written.answer == StoreAnswer::done && planned.erase_quarantine) {
        written = store.erase_quarantine();
    }
    work.result.detail = std::move(written.detail);
    return written.answer;
}

// The transaction between lock and unlock (DESIGN 1). Allocates nothing when `work` came from a Landing.
void execute(TxnWork& work, RecordStore& store, Clock& clock) {
    Txn& txn = work.txn;
    TxnResult& result = work.result;
    result.id = txn.id;
    result.kind = txn.kind;
    result.record = txn.proposal;
    const CommitLock lock(store);
    if (!lock.held()) {
        result.answer = lock.result().answer;
        result.detail = lock.result().detail;
        return;
    }
    result.answer = read_stored(work, store);
    txn.owner = store.owner_id();
    const TxnPlan planned = plan(txn, result.answer, work.stored, clock.now(),
                                 [&](std::uint64_t owner) { return store.owner_gone(owner); });
    result.outcome = planned.outcome;
    result.busy_for = planned.busy_for;
    const bool unmarked = mutant(Mutant::sends_without_mark) && txn.kind == TxnKind::mark;
    if (planned.write && !unmarked) {
        result.answer = write_planned(work, planned, store);
        if (result.answer != StoreAnswer::done) result.outcome = TxnOutcome::storage;
    }
    if (result.outcome != TxnOutcome::storage) result.record = planned.record;
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
void SessionCore::attempt_on_storage(const Executor::Job& job) {
    try {
        job();
    } catch (const CheckFailed& failed) {
        fail_soon(Code::internal, failed.what());
    } catch (const std::bad_alloc&) {
        fail_soon(Code::out_of_memory, "out of memory");
    }
}

void SessionCore::on_storage(Executor::Job job) {
    engine_.storage().run(
        [self = shared_from_this(), job = std::move(job)] { self->attempt_on_storage(job); });
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
            SecretBuffer body;
            std::optional<Record> record;
            read_record(*self->store_, body, nullptr, record);
            if (!record) return;
            entry.generation = record->version.generation;
            record->journal.add(entry);
            record->write_seq += 1;
            write_record(*self->store_, *record, body, false);
        } catch (const CheckFailed&) {  // the same trouble again; the log has it
        } catch (const std::bad_alloc&) {
        }
    });
}

void SessionCore::load() {
    on_storage([self = shared_from_this()] {
        SecretBuffer body;
        auto loaded = std::make_shared<event::Loaded>();
        Reading reading = read_record(*self->store_, body, nullptr, loaded->record);
        loaded->answer = reading.answer;
        loaded->detail = std::move(reading.detail);
        self->post([at = self.get(), loaded] { at->feed(*loaded); });
    });
}

void SessionCore::peek(std::uint64_t round) {
    on_storage([self = shared_from_this(), round] {
        const StorePeek peek = self->store_->peek();
        const event::Peeked peeked{round, peek.answer, peek.header.version, peek.header.write_seq};
        self->post([self, peeked] { self->feed(peeked); });
    });
}

// There and back without allocating when the way was made beforehand (R22).
Delivery SessionCore::make_delivery() {
    Delivery out;
    out.parcel = std::make_shared<Delivery::Parcel>();
    Engine::Tasks back;
    back.emplace_back([parcel = out.parcel] {
        const std::shared_ptr<SessionCore> core = std::move(parcel->core);
        const TxnRef work = std::move(parcel->work);
        const auto done = [&core, &work] { core->feed(event::TxnDone{work}); };
        core->guarded(std::ref(done));
    });
    out.job.emplace_back([parcel = out.parcel, back = std::move(back)]() mutable {
        parcel->core->carry(*parcel, std::move(back));
    });
    return out;
}

void SessionCore::run_txn(const TxnRef& work) {
    const bool landing = landing_ != nullptr && landing_->room == work;
    Delivery delivery = landing ? std::move(landing_->delivery) : make_delivery();
    delivery.parcel->core = shared_from_this();
    delivery.parcel->work = work;
    engine_.storage().take(std::move(delivery.job));
}

void SessionCore::carry(const Delivery::Parcel& parcel, Engine::Tasks back) {
    const auto job = [&] {
        dress(parcel.work->txn.proposal);
        execute(*parcel.work, *store_, *config_.ports.clock);
        engine_.take(std::move(back));
    };
    attempt_on_storage(std::ref(job));
}

// The machine says that a mark is to be made; which key and which request it is for is known here (R12, R13).
void SessionCore::dress(Record& record) const {
    if (!record.intent || !record.pair) return;
    Intent& intent = *record.intent;
    const SecretRef& credential = record.pair->refresh_token != nullptr
                                      ? record.pair->refresh_token
                                      : record.pair->session_token;
    CREDIT_CHECK(credential != nullptr);
    const bool fresh = mutant(Mutant::fresh_key_per_retry);
    if (intent.idempotency_key == nullptr || fresh) {
        auto n = mutant(Mutant::key_over_token_alone) ? 0 : intent.n;
        if (fresh) n += 1000 + intent.attempts;
        std::string key = derive_refresh_key(credential->view(), n, intent.key_epoch);
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
