// An app's own store. A record on it is the frozen header followed by the plain body.
#include <sodium.h>

#include <algorithm>

#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "capi/src/store_answers.h"
#include "capi/src/strings.h"

// Lives on the stack for the length of one load().
struct credit_sink {
    credit::SecretBuffer* out = nullptr;
    int writes = 0;
    bool broken = false;
};

namespace credit::capi {
namespace {

constexpr std::size_t kMaxRecordBytes = 64 * 1024;
static_assert(RecordHeader::kBytes + RecordHeader::kMaxBodyBytes <= kMaxRecordBytes);

// This process as a lease holder: the same for every record, and not to be guessed by the next
// process.
std::uint64_t process_owner_id() {
    static const std::uint64_t id = [] {
        std::uint64_t made = 0;
        while (made == 0)
            randombytes_buf(&made, sizeof made);
        return made;
    }();
    return id;
}

class TableRecord final : public RecordStore {
  public:
    TableRecord(TableRef<credit_secure_store> table, RecordKey key)
        : table_(std::move(table)), key_(std::move(key)) {}

    StoreResult load(RecordHeader& header, SecretBuffer& body) override {
        SecretBuffer bytes;
        StoreResult result = read(bytes, header);
        if (result.answer != StoreAnswer::present) return result;
        body.clear();
        body.append(bytes.view().substr(RecordHeader::kBytes));
        return result;
    }

    // The app's store has one way to read; nothing is remembered, because another process may
    // write.
    StorePeek peek() override {
        StorePeek peeked;
        SecretBuffer bytes;
        peeked.answer = read(bytes, peeked.header).answer;
        return peeked;
    }

    // The app replaces atomically, so there is no second slot that could hold something old.
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body, bool) override {
        if (body.size() > RecordHeader::kMaxBodyBytes)
            return {StoreAnswer::denied, "the record is too large"};
        RecordHeader sized = header;
        sized.body_size = static_cast<std::uint32_t>(body.size());
        const auto head = encode_header(sized);
        SecretBuffer bytes;
        bytes.reserve(head.size() + body.size());
        bytes.append(std::string_view(reinterpret_cast<const char*>(head.data()), head.size()));
        bytes.append(body.view());
        return done_or_why((*table_)->replace((*table_)->context, name(),
                                              reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              bytes.size(), header.write_seq),
                           "secure_store.replace");
    }

    StoreResult erase() override {
        RecordHeader header;
        SecretBuffer bytes;
        StoreResult there = read(bytes, header);
        if (forbids_erasing(there.answer)) return there;
        const credit_store_answer said = (*table_)->erase((*table_)->context, name());
        // Nothing there to erase is what was wanted.
        if (said == CREDIT_STORE_ABSENT) return {StoreAnswer::done, {}};
        return done_or_why(said, "secure_store.erase");
    }

    // The library keeps no copies in an app's store.
    StoreResult erase_quarantine() override { return {StoreAnswer::done, {}}; }

    StoreResult lock() override {
        if (single_process()) return {StoreAnswer::done, {}};
        return done_or_why((*table_)->lock((*table_)->context, name()), "secure_store.lock");
    }

    void unlock() override {
        if (!single_process()) (*table_)->unlock((*table_)->context, name());
    }

    std::uint64_t owner_id() override { return process_owner_id(); }

    // Without lock functions the app promised to be the only process, so another id is one of a
    // former run. With them nothing is known, and a lease is waited for.
    bool owner_gone(std::uint64_t owner) override {
        return single_process() && owner != process_owner_id();
    }

  private:
    bool single_process() const noexcept { return (*table_)->lock == nullptr; }
    credit_str name() const noexcept { return to_c(key_.name); }

    // What a newer SDK wrote is not ours to delete (R6), nor what may be that. Damage is: erasing is its remedy.
    static bool forbids_erasing(StoreAnswer there) noexcept {
        return there == StoreAnswer::newer_format || there == StoreAnswer::locked ||
               there == StoreAnswer::transient;
    }

    StoreResult read(SecretBuffer& bytes, RecordHeader& header) {
        credit_sink sink{&bytes};
        const std::optional<StoreAnswer> answer =
            answer_of((*table_)->load((*table_)->context, name(), &sink));
        if (!answer || *answer == StoreAnswer::done) {
            return broken_contract("secure_store.load gave no valid answer");
        }
        if (sink.broken) return broken_contract("secure_store.load misused the sink");
        if ((*answer == StoreAnswer::present) != (sink.writes == 1)) {
            return broken_contract(
                "secure_store.load must write one record with PRESENT and none otherwise");
        }
        if (*answer != StoreAnswer::present) return {*answer, "secure_store.load"};
        return judge(bytes, header);
    }

    StoreResult judge(const SecretBuffer& bytes, RecordHeader& header) const {
        switch (decode_header(bytes.bytes(), header)) {
            case HeaderFault::none:
                break;
            case HeaderFault::newer_format:
                return {StoreAnswer::newer_format, "the record was written by a newer SDK"};
            default:
                return {StoreAnswer::corrupt, "the record's header is damaged"};
        }
        if (header.body_size != bytes.size() - RecordHeader::kBytes) {
            return {StoreAnswer::corrupt, "the record has not the length it says"};
        }
        if (header.environment != key_.environment || header.origin != key_.origin ||
            header.borrower != key_.borrower) {
            return {StoreAnswer::corrupt, "the record is another session's"};
        }
        return {StoreAnswer::present, {}};
    }

    static StoreResult done_or_why(credit_store_answer said, const char* function) {
        const std::optional<StoreAnswer> answer = answer_of(said);
        if (!answer || *answer == StoreAnswer::present || *answer == StoreAnswer::absent) {
            return {StoreAnswer::denied, std::string(function) + " gave no valid answer"};
        }
        return {*answer, *answer == StoreAnswer::done ? "" : function};
    }

    const TableRef<credit_secure_store> table_;
    const RecordKey key_;
};

credit_code write_sink(credit_sink* sink, const std::uint8_t* bytes, std::size_t size) {
    if (sink == nullptr) return CREDIT_INVALID_ARGUMENT;
    const bool acceptable =
        sink->writes == 0 && bytes != nullptr && size != 0 && size <= kMaxRecordBytes;
    if (!acceptable) {
        sink->broken = true;
        return CREDIT_INVALID_ARGUMENT;
    }
    ++sink->writes;
    sink->broken = true;  // should the copy fail
    sink->out->append(std::string_view(reinterpret_cast<const char*>(bytes), size));
    sink->broken = false;
    return CREDIT_OK;
}

}  // namespace

std::unique_ptr<RecordStore> TableStore::open_record(const RecordKey& key) {
    return std::make_unique<TableRecord>(table_, key);
}

}  // namespace credit::capi

credit_code credit_sink_write(credit_sink* sink, const uint8_t* bytes, size_t size) noexcept {
    return credit::capi::guard([&] { return credit::capi::write_sink(sink, bytes, size); });
}

credit_code credit_config_set_secure_store(credit_config* config,
                                           const credit_secure_store* store) noexcept {
    using namespace credit::capi;
    return set(config, "secure_store", [&](ConfigValues& values) {
        const auto missing = [](const credit_secure_store& table) -> const char* {
            if (table.load == nullptr) return "load";
            if (table.replace == nullptr) return "replace";
            if (table.erase == nullptr) return "erase";
            if (table.lock == nullptr && table.unlock != nullptr) return "lock";
            return table.unlock == nullptr && table.lock != nullptr ? "unlock" : nullptr;
        };
        return take_table(store, "secure_store", missing, values.secure_store);
    });
}
