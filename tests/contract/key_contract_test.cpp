// One contract for every source of the sealing key.
#include "tests/contract/key_contract.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "platform/file/file_store.h"
#include "platform/posix/posix_entropy.h"
#include "tests/contract/file_world.h"

namespace credit {
namespace {

class KeyContract : public testing::TestWithParam<KeyKind> {
  protected:
    static std::string fetched(SealingKey& source) {
        SecretRef key;
        const StoreResult result = source.fetch(key);
        EXPECT_EQ(result.answer, StoreAnswer::present) << result.detail;
        return key == nullptr ? std::string() : std::string(key->view());
    }
    const std::unique_ptr<KeyWorld> world_ = GetParam().make();
};
class KeyThatFails : public KeyContract {};

TEST_P(KeyContract, HandsOut32BytesThatAreNotNothing) {
    const std::string key = fetched(*world_->start_process());
    ASSERT_EQ(key.size(), SealingKey::kBytes);
    EXPECT_FALSE(std::all_of(key.begin(), key.end(), [](char byte) { return byte == 0; }));
}

TEST_P(KeyContract, IsTheSameAtEveryFetchAndInEveryProcess) {
    const auto source = world_->start_process();
    const std::string key = fetched(*source);
    EXPECT_TRUE(fetched(*source) == key);
    for (int process = 0; process < 3; ++process)
        EXPECT_TRUE(fetched(*world_->start_process()) == key);
}

TEST_P(KeyContract, IsAnotherOneInAnotherPlace) {
    EXPECT_FALSE(fetched(*world_->start_process()) == fetched(*world_->start_other()));
}

TEST_P(KeyContract, ThreadsGetTheSameOne) {
    const auto source = world_->start_process();
    std::vector<std::string> keys(8);
    std::vector<std::thread> threads;
    for (std::string& key : keys)
        threads.emplace_back([&] { key = fetched(*source); });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(std::count(keys.begin(), keys.end(), keys[0]), 8);
}

// R3: no fact is established, no key is handed out, and the key is still there afterwards.
TEST_P(KeyThatFails, AFailureIsTypedAndPasses) {
    const std::string key = fetched(*world_->start_process());
    const std::optional<StoreAnswer> expected = world_->break_source();
    ASSERT_TRUE(expected.has_value());
    const auto source = world_->start_process();
    for (int round = 0; round < 2; ++round) {
        SecretRef nothing;
        const StoreResult result = source->fetch(nothing);
        EXPECT_EQ(result.answer, *expected);
        EXPECT_NE(result.detail, "");
        EXPECT_EQ(nothing, nullptr);
        EXPECT_NE(code_of(result.answer), Code::ok);
    }
    world_->mend_source();
    EXPECT_TRUE(fetched(*source) == key);
}

TEST_P(KeyContract, SealsWhatOnlyItOpens) {
    FileWorld files(FileWorld::Where::memory);
    const auto store_with = [&](std::shared_ptr<SealingKey> key) {
        return std::make_unique<FileStore>(files.dir(), std::move(key),
                                           std::make_shared<PosixEntropy>());
    };
    const RecordKey name = key_of('a');
    const auto writer = store_with(world_->start_process());
    ASSERT_EQ(write(*writer->open_record(name), header_of(name, 1), "sealed"), StoreAnswer::done);
    EXPECT_EQ(load(*store_with(world_->start_process()), name).body, "sealed");
    EXPECT_EQ(load(*store_with(world_->start_other()), name).answer, StoreAnswer::wrong_key);
    const std::optional<StoreAnswer> broken = world_->break_source();
    if (!broken) return;
    const auto locked_out = store_with(world_->start_process());
    EXPECT_EQ(load(*locked_out, name).answer, *broken);
    EXPECT_EQ(write(*locked_out->open_record(name), header_of(name, 2), "more"), *broken);
    world_->mend_source();
    EXPECT_EQ(load(*locked_out, name).body, "sealed");
}

std::vector<KeyKind> failing_kinds() {
    std::vector<KeyKind> kinds = key_kinds();
    std::erase_if(kinds, [](const KeyKind& kind) { return !kind.fails; });
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(Keys, KeyThatFails, testing::ValuesIn(failing_kinds()),
                         [](const auto& kind) { return kind.param.name; });
INSTANTIATE_TEST_SUITE_P(Keys, KeyContract, testing::ValuesIn(key_kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace credit
