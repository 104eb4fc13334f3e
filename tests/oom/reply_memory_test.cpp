// R22: between the arrival of a refresh's reply and its durable record nothing is allocated, by nobody: not by the JSON
// library, not by the standard library, not by the store.
#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "tests/contract/file_world.h"
#include "tests/oom/memory_gate.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

// Closes the gate at the end of the first write after it was armed.
struct Span {
    bool armed = false;
    bool over = false;
    std::uint64_t allocations = 0;
};

class SpanRecord : public RecordStore {
  public:
    SpanRecord(std::unique_ptr<RecordStore> real, Span& span)
        : real_(std::move(real)), span_(span) {}
    StoreResult load(RecordHeader& header, SecretBuffer& body) override {
        return real_->load(header, body);
    }
    StorePeek peek() override { return real_->peek(); }
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body, bool both) override {
        StoreResult result = real_->replace(header, body, both);
        if (span_.armed && !span_.over) {
            span_.allocations = MemoryGate::close();
            span_.over = true;
        }
        return result;
    }
    StoreResult erase() override { return real_->erase(); }
    StoreResult erase_quarantine() override { return real_->erase_quarantine(); }
    StoreResult lock() override { return real_->lock(); }
    void unlock() override { real_->unlock(); }
    std::uint64_t owner_id() override { return real_->owner_id(); }
    bool owner_gone(std::uint64_t owner) override { return real_->owner_gone(owner); }

  private:
    std::unique_ptr<RecordStore> real_;
    Span& span_;
};

class SpanStore : public SecureStore {
  public:
    SpanStore(std::shared_ptr<SecureStore> real, Span& span)
        : real_(std::move(real)), span_(span) {}
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override {
        return std::make_unique<SpanRecord>(real_->open_record(key), span_);
    }

  private:
    std::shared_ptr<SecureStore> real_;
    Span& span_;
};

class ReplyMemory : public ::testing::Test {
  protected:
    ReplyMemory() {
        config = world.config();
        config.ports.store = std::make_shared<SpanStore>(files.start_process(), span);
        session = world.open(config);
        world.settle();
        const OutcomeRef adopted = world.adopt(*session, world.platform->flat("borrower-1"));
        world.settle();
        EXPECT_EQ(adopted->code(), Code::ok);
    }

    // An expired token is asked for, and the refresh lies at the server.
    OutcomeRef begin_refresh() {
        auto answer = std::exchange(world.wire->answer, nullptr);
        world.clock->advance(minutes(40));
        OutcomeRef token = world.get_token(*session);
        world.settle();
        world.wire->answer = answer;
        return token;
    }

    // The reply arrives; runs both threads' work until the record is written.
    void land(HttpOutcome outcome, MemoryGate::Refuse refuse = MemoryGate::Refuse::none) {
        const std::size_t index = world.wire->sent.size() - 1;
        span = Span{true, false, 0};
        MemoryGate::open(refuse);
        world.wire->complete(index, std::move(outcome));
        for (int round = 0; round < 10 && !span.over; ++round) {
            world.engine.run_once(Millis{0});
            world.storage->run_one();
        }
        MemoryGate::close();
        ASSERT_TRUE(span.over);
    }

    // Another process wrote a line into the journal of the same session.
    void write_beside() {
        const auto process = files.start_process();
        const auto store = process->open_record(record_key(config.settings, "borrower-1"));
        RecordHeader header;
        SecretBuffer body;
        ASSERT_EQ(store->lock().answer, StoreAnswer::done);
        ASSERT_EQ(store->load(header, body).answer, StoreAnswer::present);
        Record record;
        ASSERT_EQ(decode_record(header, body, record), RecordFault::none);
        record.journal.add({{1}, JournalEvent::conflict, Code::ok, 1, "beside", "beside"});
        record.write_seq += 1;
        encode_record(record, header, body);
        ASSERT_EQ(store->replace(header, body, false).answer, StoreAnswer::done);
        store->unlock();
    }

    HttpOutcome reply_now() {
        return std::move(*world.platform->answer(world.wire->sent.back().request));
    }

    FileWorld files;
    Span span;
    World world;
    SessionConfig config;
    std::shared_ptr<Session> session;
};

TEST_F(ReplyMemory, R22_NothingIsAllocatedFromReplyToCommit) {
    for (int i = 0; i < 3; ++i) {
        const OutcomeRef token = begin_refresh();
        land(reply_now());
        EXPECT_EQ(span.allocations, 0u);
        world.settle();
        EXPECT_EQ(token->value(), world.platform->session_token);
    }
    EXPECT_EQ(world.platform->rotations, 3);
}

TEST_F(ReplyMemory, R22_NotForTheLargestReplyEither) {
    const OutcomeRef token = begin_refresh();
    HttpOutcome outcome = reply_now();
    const std::string st(8192, 's');
    const std::string rt(8192, 'r');
    std::string body = R"({"data":{"sessionToken":")" + st + R"(","refreshToken":")" + rt +
                       R"("},"requestID":"r","padding":")";
    body += std::string(64 * 1024 - body.size() - 2, 'p') + "\"}";
    ASSERT_EQ(body.size(), 64u * 1024u);
    land(reply(200, body));
    EXPECT_EQ(span.allocations, 0u);
    world.settle();
    EXPECT_EQ(token->value(), st);
}

TEST_F(ReplyMemory, R22_NotWhenAnotherProcessWroteMeanwhile) {
    const OutcomeRef token = begin_refresh();
    write_beside();
    land(reply_now());
    EXPECT_EQ(span.allocations, 0u);
    world.settle();
    EXPECT_EQ(token->value(), world.platform->session_token);
}

TEST_F(ReplyMemory, R22_TokensAreStoredWhenThereIsNoMemoryAtAll) {
    begin_refresh();
    land(reply_now(), MemoryGate::Refuse::for_ever);
    EXPECT_FALSE(MemoryGate::refused());
    world.settle();
    world.close(*session);
    world.settle();
    session = world.open(config);
    const OutcomeRef token = world.get_token(*session);
    world.settle();
    EXPECT_EQ(token->value(), world.platform->session_token);
    EXPECT_EQ(world.platform->rotations, 1);
}

// The counter counts, and what it counts is this program's.
TEST_F(ReplyMemory, TheGateSeesAllocations) {
    MemoryGate::open();
    const auto block = std::make_unique<std::string>(1000, 'x');
    EXPECT_GE(MemoryGate::close(), 2u);
    MemoryGate::open(MemoryGate::Refuse::once, 1);
    void* const first = std::malloc(1);
    void* const second = std::malloc(1);
    void* const third = std::malloc(1);
    EXPECT_EQ(MemoryGate::close(), 3u);
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(second, nullptr);
    EXPECT_NE(third, nullptr);
    EXPECT_TRUE(MemoryGate::refused());
    std::free(first);
    std::free(third);
}

}  // namespace
}  // namespace credit::test
