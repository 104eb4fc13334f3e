// An app's own store and sealing key, good ones and broken ones (R3).
#include <cstring>
#include <map>

#include "capi/src/port_adapters.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using capi::OwnedTable;
using capi::TableRef;

// An app's store in memory, told how to behave.
struct AppStore {
    std::map<std::string, std::string> records;
    std::uint64_t last_write_seq = 0;
    credit_store_answer answer =
        CREDIT_STORE_PRESENT;  // anything else is answered instead of the truth
    int sink_writes = 1;
    int locks = 0;
    int unlocks = 0;
    int released = 0;

    static AppStore& of(void* context) { return *static_cast<AppStore*>(context); }
    static credit_store_answer load(void* context, credit_str name, credit_sink* sink) {
        AppStore& self = of(context);
        if (self.answer != CREDIT_STORE_PRESENT) return self.answer;
        const auto at = self.records.find(checked(name));
        if (at == self.records.end()) return CREDIT_STORE_ABSENT;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(at->second.data());
        for (int i = 0; i < self.sink_writes; ++i) {
            const credit_code code = credit_sink_write(sink, bytes, at->second.size());
            EXPECT_EQ(code, i == 0 ? CREDIT_OK : CREDIT_INVALID_ARGUMENT);
        }
        return CREDIT_STORE_PRESENT;
    }
    static credit_store_answer replace(void* context, credit_str name, const std::uint8_t* bytes,
                                       std::size_t size, std::uint64_t write_seq) {
        AppStore& self = of(context);
        if (self.answer != CREDIT_STORE_PRESENT) return self.answer;
        self.records[checked(name)].assign(reinterpret_cast<const char*>(bytes), size);
        self.last_write_seq = write_seq;
        return CREDIT_STORE_DONE;
    }
    static credit_store_answer erase(void* context, credit_str name) {
        AppStore& self = of(context);
        if (self.answer != CREDIT_STORE_PRESENT) return self.answer;
        return self.records.erase(checked(name)) != 0 ? CREDIT_STORE_DONE : CREDIT_STORE_ABSENT;
    }
    static credit_store_answer lock(void* context, credit_str) {
        ++of(context).locks;
        return of(context).answer == CREDIT_STORE_PRESENT ? CREDIT_STORE_DONE : of(context).answer;
    }
    static void unlock(void* context, credit_str) { ++of(context).unlocks; }
    static void release(void* context) { ++of(context).released; }

    credit_secure_store table(bool with_lock = false) {
        credit_secure_store made = sized<credit_secure_store>();
        made.context = this;
        made.load = load;
        made.replace = replace;
        made.erase = erase;
        made.lock = with_lock ? lock : nullptr;
        made.unlock = with_lock ? unlock : nullptr;
        made.release = release;
        return made;
    }
    std::unique_ptr<RecordStore> record(bool with_lock = false);
};

RecordKey key() {
    RecordKey made;
    made.origin.fill(1);
    made.borrower.fill(2);
    made.name = "0123456789abcdef0123456789abcdef";
    return made;
}

std::unique_ptr<RecordStore> AppStore::record(bool with_lock) {
    return capi::TableStore(
               std::make_shared<const OwnedTable<credit_secure_store>>(table(with_lock)))
        .open_record(key());
}

RecordHeader header(std::uint64_t write_seq) {
    RecordHeader made;
    made.origin = key().origin;
    made.borrower = key().borrower;
    made.version = {3, 4};
    made.write_seq = write_seq;
    return made;
}

SecretBuffer body(std::string_view bytes) {
    SecretBuffer made;
    made.append(bytes);
    return made;
}

StoreAnswer load_answer(RecordStore& record) {
    RecordHeader loaded;
    SecretBuffer bytes;
    const StoreResult result = record.load(loaded, bytes);
    EXPECT_EQ(record.peek().answer, result.answer);
    return result.answer;
}

TEST(CapiStore, ARecordComesBackAsItWentIn) {
    AppStore app;
    const auto record = app.record();
    EXPECT_EQ(load_answer(*record), StoreAnswer::absent);
    EXPECT_EQ(record->replace(header(9), body("tokens"), true).answer, StoreAnswer::done);
    EXPECT_EQ(app.last_write_seq, 9u);

    RecordHeader loaded;
    SecretBuffer bytes;
    EXPECT_EQ(record->load(loaded, bytes).answer, StoreAnswer::present);
    EXPECT_EQ(bytes.view(), "tokens");
    EXPECT_EQ(loaded.version, (Version{3, 4}));
    EXPECT_EQ(loaded.body_size, 6u);
    EXPECT_EQ(record->peek().header, loaded);

    EXPECT_EQ(record->erase_quarantine().answer, StoreAnswer::done);
    EXPECT_EQ(record->erase().answer, StoreAnswer::done);
    EXPECT_EQ(record->erase().answer, StoreAnswer::done);  // nothing there is what was wanted
    EXPECT_EQ(load_answer(*record), StoreAnswer::absent);
}

TEST(CapiStore, R3_AnswersAreTakenAsTheyAre) {
    AppStore app;
    const auto record = app.record();
    ASSERT_EQ(record->replace(header(1), body("x"), false).answer, StoreAnswer::done);
    const std::pair<credit_store_answer, StoreAnswer> cases[] = {
        {CREDIT_STORE_LOCKED, StoreAnswer::locked},
        {CREDIT_STORE_TRANSIENT, StoreAnswer::transient},
        {CREDIT_STORE_DENIED, StoreAnswer::denied},
        {CREDIT_STORE_CORRUPT, StoreAnswer::corrupt},
        {CREDIT_STORE_WRONG_KEY, StoreAnswer::wrong_key},
        {CREDIT_STORE_KEY_LOST, StoreAnswer::key_lost},
        {CREDIT_STORE_FULL, StoreAnswer::full},
        {CREDIT_STORE_NEWER_FORMAT, StoreAnswer::newer_format},
    };
    for (const auto& [said, meant] : cases) {
        app.answer = said;
        EXPECT_EQ(load_answer(*record), meant);
        EXPECT_EQ(record->replace(header(2), body("y"), false).answer, meant);
        EXPECT_EQ(record->erase().answer, meant);
    }
}

TEST(CapiStore, R3_BrokenFunctionsEstablishNoFact) {
    AppStore app;
    const auto record = app.record();
    ASSERT_EQ(record->replace(header(1), body("x"), false).answer, StoreAnswer::done);
    for (const credit_store_answer said :
         {CREDIT_STORE_DONE, static_cast<credit_store_answer>(99)}) {
        app.answer = said;
        EXPECT_EQ(load_answer(*record), StoreAnswer::denied);
    }
    app.answer = static_cast<credit_store_answer>(99);
    EXPECT_EQ(record->replace(header(2), body("y"), false).answer, StoreAnswer::denied);
    EXPECT_EQ(record->erase().answer, StoreAnswer::denied);
    app.answer = CREDIT_STORE_ABSENT;
    EXPECT_EQ(record->replace(header(2), body("y"), false).answer, StoreAnswer::denied);
    app.answer = CREDIT_STORE_PRESENT;
    app.sink_writes = 0;
    EXPECT_EQ(load_answer(*record), StoreAnswer::denied);
    app.sink_writes = 2;
    EXPECT_EQ(load_answer(*record), StoreAnswer::denied);
}

TEST(CapiStore, DamageAndForeignRecordsAreCorrupt) {
    AppStore app;
    const auto record = app.record();
    ASSERT_EQ(record->replace(header(1), body("body"), false).answer, StoreAnswer::done);
    std::string& stored = app.records.begin()->second;
    const std::string good = stored;
    const auto answer_with = [&](std::size_t at, char value) {
        stored = good;
        stored[at] = value;
        return load_answer(*record);
    };
    EXPECT_EQ(answer_with(0, 'X'), StoreAnswer::corrupt);  // magic
    EXPECT_EQ(answer_with(8, 2), StoreAnswer::newer_format);
    EXPECT_EQ(answer_with(10, 2), StoreAnswer::corrupt);  // the other environment
    EXPECT_EQ(answer_with(12, 5), StoreAnswer::corrupt);  // body size
    EXPECT_EQ(answer_with(32, 9), StoreAnswer::corrupt);  // another origin
    EXPECT_EQ(answer_with(48, 9), StoreAnswer::corrupt);  // another borrower
    for (const std::size_t size : {std::size_t{1}, std::size_t{95}, good.size() - 1}) {
        stored = good.substr(0, size);
        EXPECT_EQ(load_answer(*record), StoreAnswer::corrupt) << size;
    }
    stored = good + "x";
    EXPECT_EQ(load_answer(*record), StoreAnswer::corrupt);
    stored = std::string(65 * 1024, 'x');  // the sink refuses it
    RecordHeader loaded;
    SecretBuffer bytes;
    app.sink_writes = 0;
    EXPECT_EQ(record->load(loaded, bytes).answer, StoreAnswer::denied);
}

TEST(CapiStore, TheSinkIsBoundedAndNotForNull) {
    EXPECT_EQ(credit_sink_write(nullptr, nullptr, 0), CREDIT_INVALID_ARGUMENT);
    struct Greedy {
        static credit_store_answer load(void*, credit_str, credit_sink* sink) {
            const std::vector<std::uint8_t> big(64 * 1024 + 1);
            EXPECT_EQ(credit_sink_write(sink, big.data(), big.size()), CREDIT_INVALID_ARGUMENT);
            return CREDIT_STORE_PRESENT;
        }
    };
    AppStore app;
    credit_secure_store table = app.table();
    table.load = Greedy::load;
    capi::TableStore store(std::make_shared<const OwnedTable<credit_secure_store>>(table));
    EXPECT_EQ(load_answer(*store.open_record(key())), StoreAnswer::denied);
}

TEST(CapiStore, LocksAreTheAppsOrNone) {
    AppStore app;
    const auto alone = app.record();
    EXPECT_EQ(alone->lock().answer, StoreAnswer::done);
    alone->unlock();
    EXPECT_EQ(app.locks, 0);
    EXPECT_NE(alone->owner_id(), 0u);
    EXPECT_FALSE(alone->owner_gone(alone->owner_id()));
    EXPECT_TRUE(
        alone->owner_gone(alone->owner_id() + 1));  // the only process: whoever that was is gone

    const auto shared = app.record(true);
    EXPECT_EQ(shared->lock().answer, StoreAnswer::done);
    shared->unlock();
    EXPECT_EQ(app.locks, 1);
    EXPECT_EQ(app.unlocks, 1);
    EXPECT_EQ(shared->owner_id(), alone->owner_id());
    EXPECT_FALSE(shared->owner_gone(shared->owner_id() + 1));
    app.answer = CREDIT_STORE_TRANSIENT;
    EXPECT_EQ(shared->lock().answer, StoreAnswer::transient);
}

using CapiStoreLife = CapiTest;

TEST_F(CapiStoreLife, ReleaseComesOnceAfterConfigurationAndSessions) {
    AppStore app;
    Config config = good_config();
    std::uint8_t key_bytes[32] = {1};
    config = empty_config();
    const credit_secure_store table = app.table();
    EXPECT_EQ(credit_config_set_environment(config.get(), CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
    EXPECT_EQ(credit_config_set_platform_url(config.get(), str("https://a.example.com")),
              CREDIT_OK);
    EXPECT_EQ(credit_config_set_secure_store(config.get(), &table), CREDIT_OK);
    SessionHandle session = open(config);
    EXPECT_THAT(core_of(session)->config.settings.storage_identity,
                ::testing::StartsWith("store "));
    config.reset();
    EXPECT_EQ(app.released, 0);
    session.reset();
    EXPECT_EQ(app.released, 1);

    // A refused table stays the app's.
    config = good_config();
    credit_secure_store broken = app.table();
    broken.erase = nullptr;
    EXPECT_EQ(credit_config_set_secure_store(config.get(), &broken), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_config_set_storage_key(config.get(), key_bytes, sizeof key_bytes), CREDIT_OK);
    config.reset();
    EXPECT_EQ(app.released, 1);
}

struct AppKey {
    credit_store_answer answer = CREDIT_STORE_PRESENT;
    std::uint8_t fill = 3;
    static credit_store_answer fetch(void* context, std::uint8_t* key) {
        const AppKey& self = *static_cast<AppKey*>(context);
        std::memset(key, self.fill, 32);
        return self.answer;
    }
};

TEST(CapiSealingKey, IsFetchedOrNot) {
    AppKey app;
    credit_sealing_key table = sized<credit_sealing_key>();
    table.context = &app;
    table.fetch = AppKey::fetch;
    capi::TableSealingKey port(std::make_shared<const OwnedTable<credit_sealing_key>>(table));
    SecretRef fetched;
    EXPECT_EQ(port.fetch(fetched).answer, StoreAnswer::present);
    ASSERT_NE(fetched, nullptr);
    EXPECT_EQ(fetched->view(), std::string(32, '\3'));

    fetched.reset();
    app.answer = CREDIT_STORE_LOCKED;
    EXPECT_EQ(port.fetch(fetched).answer, StoreAnswer::locked);
    app.answer = CREDIT_STORE_KEY_LOST;
    EXPECT_EQ(port.fetch(fetched).answer, StoreAnswer::key_lost);
    app.answer = CREDIT_STORE_DONE;
    EXPECT_EQ(port.fetch(fetched).answer, StoreAnswer::denied);
    app.answer = CREDIT_STORE_PRESENT;
    app.fill = 0;  // "present", but nothing was written
    EXPECT_EQ(port.fetch(fetched).answer, StoreAnswer::denied);
    EXPECT_EQ(fetched, nullptr);
}

}  // namespace
}  // namespace credit::test
