// Keys the app brings and keys made of a passphrase.
#include <gtest/gtest.h>

#include <string>

#include "platform/memory/fixed_sealing_key.h"
#include "platform/memory/passphrase_sealing_key.h"

namespace credit {
namespace {

constexpr PassphraseSealingKey::Cost kCheap{1, PassphraseSealingKey::kLeastMemory};

std::string derive(std::string_view passphrase, const std::string& label,
                   PassphraseSealingKey::Cost cost = kCheap) {
    PassphraseSealingKey source(Secret::copy_of(passphrase), label, cost);
    SecretRef key;
    EXPECT_EQ(source.fetch(key).answer, StoreAnswer::present);
    return key == nullptr ? "" : std::string(key->view());
}

TEST(FixedSealingKey, HandsOutItsKey) {
    FixedSealingKey source(Secret::copy_of(std::string(32, 'k')));
    SecretRef key;
    EXPECT_EQ(source.fetch(key).answer, StoreAnswer::present);
    EXPECT_EQ(view_or_empty(key), std::string(32, 'k'));
}

TEST(FixedSealingKey, AnyOtherLengthIsDenied) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}}) {
        FixedSealingKey source(Secret::copy_of(std::string(size, 'k')));
        SecretRef key;
        EXPECT_EQ(source.fetch(key).answer, StoreAnswer::denied) << size;
        EXPECT_EQ(key, nullptr);
    }
    SecretRef key;
    EXPECT_EQ(FixedSealingKey(nullptr).fetch(key).answer, StoreAnswer::denied);
}

TEST(PassphraseSealingKey, DependsOnPassphraseLabelAndCost) {
    const std::string key = derive("correct horse", "test|/data/credit");
    EXPECT_EQ(key.size(), SealingKey::kBytes);
    EXPECT_EQ(derive("correct horse", "test|/data/credit"), key);
    EXPECT_NE(derive("correct horsf", "test|/data/credit"), key);
    EXPECT_NE(derive("correct horse", "live|/data/credit"), key);
    EXPECT_NE(derive("correct horse", "test|/data/credit", {2, kCheap.memory_bytes}), key);
    EXPECT_NE(derive("correct horse", "test|/data/credit", {1, 128 * 1024}), key);
}

// The bytes below must never change: they are what existing records are sealed with.
TEST(PassphraseSealingKey, GoldenVector) {
    std::string hex;
    for (const char byte : derive("correct horse", "test|/data/credit")) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(byte) & 0xff);
        hex += two;
    }
    EXPECT_EQ(hex, "a7ae198907f8f44659fb71ee0eeeeaff72ad14f968348f7b393361066d8033eb");
}

TEST(PassphraseSealingKey, DerivesOnce) {
    PassphraseSealingKey source(Secret::copy_of("correct horse"), "label", kCheap);
    SecretRef first;
    SecretRef second;
    ASSERT_EQ(source.fetch(first).answer, StoreAnswer::present);
    ASSERT_EQ(source.fetch(second).answer, StoreAnswer::present);
    EXPECT_EQ(first.get(), second.get());
}

TEST(PassphraseSealingKey, LetsGoOfThePassphrase) {
    const SecretRef passphrase = Secret::copy_of("correct horse");
    PassphraseSealingKey source(passphrase, "label", kCheap);
    EXPECT_EQ(passphrase.use_count(), 2);
    SecretRef key;
    ASSERT_EQ(source.fetch(key).answer, StoreAnswer::present);
    EXPECT_EQ(passphrase.use_count(), 1);
}

TEST(PassphraseSealingKey, BadParametersAreDenied) {
    const auto answer = [](SecretRef passphrase, PassphraseSealingKey::Cost cost) {
        PassphraseSealingKey source(std::move(passphrase), "label", cost);
        SecretRef key;
        return source.fetch(key).answer;
    };
    const SecretRef good = Secret::copy_of("correct horse");
    EXPECT_EQ(answer(nullptr, kCheap), StoreAnswer::denied);
    EXPECT_EQ(answer(Secret::copy_of(""), kCheap), StoreAnswer::denied);
    EXPECT_EQ(answer(good, {0, kCheap.memory_bytes}), StoreAnswer::denied);
    EXPECT_EQ(answer(good, {PassphraseSealingKey::kMostPasses + 1, kCheap.memory_bytes}),
              StoreAnswer::denied);
    EXPECT_EQ(answer(good, {1, PassphraseSealingKey::kLeastMemory - 1}), StoreAnswer::denied);
    EXPECT_EQ(answer(good, {1, PassphraseSealingKey::kMostMemory + 1}), StoreAnswer::denied);
}

}  // namespace
}  // namespace credit
