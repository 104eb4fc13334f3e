// The cell that readers on any thread copy tokens from (R35, R39).
#include "core/engine/token_cell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace credit {

// What read() is made of, one step at a time.
class TokenCellPeer {
  public:
    static TokenRack* head(TokenCell& cell) { return cell.head_.load(); }
    static std::size_t enter(TokenCell& cell, TokenRack*& rack) { return cell.enter(rack); }
    static void leave(TokenCell& cell, std::size_t place, const TokenRack* rack) {
        cell.leave(place, rack);
    }
    static const TokenRack* inside(TokenCell& cell, std::size_t place) {
        return cell.places_[place].inside.load();
    }
    static std::uint32_t crowd(TokenCell& cell) { return cell.crowd_.load(); }
};

namespace {

TokenRef make_token(std::uint64_t generation) {
    auto token = std::make_shared<Token>();
    token->value = Secret::copy_of("st_test_" + std::to_string(generation));
    token->expires_at_ms = static_cast<std::int64_t>(generation);
    token->generation = generation;
    return token;
}

TokenCell::Terms terms(std::int64_t ends, std::int64_t renew, std::int64_t minimum,
                       std::int64_t life) {
    return {ElapsedTime{ends}, ElapsedTime{renew}, Millis{minimum}, Millis{life}};
}

TokenCell::Read read(TokenCell& cell, std::int64_t minimum, std::int64_t now,
                     bool* renew_out = nullptr) {
    bool renew = false;
    bool visited = false;
    const auto result = cell.read(Millis{minimum}, ElapsedTime{now}, renew,
                                  [&](const TokenRack&, std::size_t) { visited = true; });
    EXPECT_EQ(visited, result == TokenCell::Read::ok);
    if (renew_out != nullptr) *renew_out = renew;
    return result;
}

using Read = TokenCell::Read;

HeldToken take(TokenCell& cell) {
    HeldToken taken;
    bool renew = false;
    cell.read(Millis{0}, ElapsedTime{1}, renew,
              [&](TokenRack& rack, std::size_t place) { taken = HeldToken(rack.take(place)); });
    return taken;
}

TEST(TokenCell, AnEmptyCellHasNone) {
    TokenCell cell;
    bool renew = true;
    EXPECT_EQ(read(cell, 0, 0, &renew), Read::none);
    EXPECT_FALSE(renew);
}

TEST(TokenCell, ATokenIsGoodUntilItsMinimumIsNotLeft) {
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 50, 1000));
    EXPECT_EQ(read(cell, 0, 950), Read::ok);  // exactly the default minimum
    EXPECT_EQ(read(cell, 0, 951), Read::too_short);
    EXPECT_EQ(read(cell, 1, 999), Read::ok);
    EXPECT_EQ(read(cell, 1, 1000), Read::too_short);
    EXPECT_EQ(read(cell, 200, 800), Read::ok);
    EXPECT_EQ(read(cell, 200, 801), Read::too_short);
    EXPECT_EQ(read(cell, 100'000, 500), Read::ok)
        << "half a life is the most one can ask for (R21)";
    EXPECT_EQ(read(cell, 100'000, 501), Read::too_short);
}

TEST(TokenCell, RenewIsSaidNearTheEnd) {
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 50, 1000));
    bool renew = true;
    EXPECT_EQ(read(cell, 0, 899, &renew), Read::ok);
    EXPECT_FALSE(renew);
    EXPECT_EQ(read(cell, 0, 900, &renew), Read::ok);
    EXPECT_TRUE(renew);
}

TEST(TokenCell, R30_AnUnknownLifeIsGoodForAnyMinimum) {
    TokenCell cell;
    cell.publish(make_token(1), terms(INT64_MAX, INT64_MIN, 0, -1));
    bool renew = false;
    EXPECT_EQ(read(cell, 86'400'000, 1'000'000'000, &renew), Read::ok);
    EXPECT_TRUE(renew);
}

TEST(TokenCell, ClearingAndPublishingAgain) {
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 0, 1000));
    cell.clear();
    EXPECT_EQ(read(cell, 0, 1), Read::none);
    cell.publish(make_token(2), terms(1000, 900, 0, 1000));
    EXPECT_EQ(read(cell, 0, 1), Read::ok);
}

TEST(TokenCell, R35_SpentIsForGood) {
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 0, 1000));
    cell.spend();
    EXPECT_EQ(read(cell, 0, 1), Read::none);
    cell.publish(make_token(2), terms(1000, 900, 0, 1000));
    EXPECT_EQ(read(cell, 0, 1), Read::none);
}

TEST(TokenCell, R39_ARetiredTokenIsLetGoAtOnce) {
    TokenCell cell;
    TokenRef token = make_token(1);
    const std::weak_ptr<const Token> first = token;
    cell.publish(std::move(token), terms(1000, 900, 0, 1000));
    EXPECT_EQ(read(cell, 0, 1), Read::ok);
    EXPECT_FALSE(first.expired());
    cell.publish(make_token(2), terms(1000, 900, 0, 1000));
    EXPECT_TRUE(first.expired());
}

TEST(TokenCell, R39_ATokenAReaderLooksAtIsLetGoByThatReader) {
    TokenCell cell;
    TokenRef token = make_token(1);
    const std::weak_ptr<const Token> first = token;
    cell.publish(std::move(token), terms(1000, 900, 0, 1000));
    bool renew = false;
    cell.read(Millis{0}, ElapsedTime{1}, renew, [&](const TokenRack& seen, std::size_t) {
        cell.clear();
        EXPECT_FALSE(first.expired());
        EXPECT_EQ(seen.generation(), 1u);
        EXPECT_STREQ(seen.bytes(), "st_test_1");
    });
    EXPECT_TRUE(first.expired());
}

TEST(TokenCell, R39_EveryRetiredTokenIsLetGo) {
    TokenCell cell;
    std::vector<std::weak_ptr<const Token>> all;
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        TokenRef token = make_token(i);
        all.push_back(token);
        cell.publish(std::move(token), terms(1000, 900, 0, 1000));
        for (std::uint64_t r = 0; r < i % 3; ++r)
            EXPECT_EQ(read(cell, 0, 1), Read::ok);
    }
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        EXPECT_TRUE(all[i].expired());
}

TEST(TokenCell, R39_WhatWasTakenOutlivesItsPublicationAndTheCell) {
    HeldToken kept;
    std::weak_ptr<const Token> first;
    {
        TokenCell cell;
        TokenRef token = make_token(1);
        first = token;
        cell.publish(std::move(token), terms(1000, 900, 0, 1000));
        const std::uint64_t before = TokenHandle::alive();
        kept = take(cell);
        const HeldToken twice = take(cell);
        const HeldToken copied = twice;
        EXPECT_EQ(TokenHandle::alive(), before + 3);
        cell.publish(make_token(2), terms(1000, 900, 0, 1000));
        EXPECT_EQ(TokenHandle::alive(), before + 3) << "the same number, counted otherwise";
    }
    ASSERT_FALSE(first.expired());
    EXPECT_EQ(kept->value->view(), "st_test_1");
    EXPECT_EQ(kept.get()->source(), TokenSource::cache);
    kept = HeldToken();
    EXPECT_TRUE(first.expired());
}

TEST(TokenCell, R39_ATokenReleasedBeforeItIsReplacedIsLetGoWhenItIs) {
    TokenCell cell;
    TokenRef token = make_token(1);
    const std::weak_ptr<const Token> first = token;
    cell.publish(std::move(token), terms(1000, 900, 0, 1000));
    for (int i = 0; i < 100; ++i)
        take(cell);
    EXPECT_FALSE(first.expired());
    cell.clear();
    EXPECT_TRUE(first.expired());
}

// More readers inside at once than there are places for one each; here one within the other, on one thread.
class Crowd {
  public:
    explicit Crowd(int readers) : readers_(readers) {}

    void enter(TokenCell& cell, const std::function<void()>& innermost) {
        if (static_cast<int>(held.size()) == readers_) return innermost();
        bool renew = false;
        cell.read(Millis{0}, ElapsedTime{1}, renew, [&](TokenRack& rack, std::size_t place) {
            held.emplace_back(rack.take(place));
            enter(cell, innermost);
        });
    }
    std::vector<HeldToken> held;

  private:
    int readers_;
};

TEST(TokenCell, R39_MoreReadersAtOnceThanPlaces) {
    TokenCell cell;
    TokenRef token = make_token(1);
    const std::weak_ptr<const Token> first = token;
    cell.publish(std::move(token), terms(1000, 900, 0, 1000));
    Crowd crowd(static_cast<int>(TokenRack::kPlaces) + 3);
    crowd.enter(cell, [&] {
        cell.publish(make_token(2), terms(1000, 900, 0, 1000));
        EXPECT_EQ(take(cell)->generation, 2u);
        cell.clear();
        EXPECT_EQ(read(cell, 0, 1), Read::none);
        EXPECT_FALSE(first.expired());
    });
    for (const HeldToken& held : crowd.held)
        EXPECT_EQ(held->generation, 1u);
    crowd.held.clear();
    EXPECT_TRUE(first.expired());
    cell.publish(make_token(3), terms(1000, 900, 0, 1000));
    EXPECT_EQ(take(cell)->generation, 3u);
}

// Readers only ever see a token together with its own terms, and every token is let go in the end.
TEST(TokenCell, R35_R39_ReadersAndAWriterAtOnce) {
    constexpr std::uint64_t kPublications = 30'000;
    constexpr int kReaders = 8;
    TokenCell cell;
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> good{0};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i) {
        readers.emplace_back([&] {
            std::uint64_t newest = 0;
            while (!over.load(std::memory_order_acquire)) {
                // The token of generation g ends at 2g and is renewed from g, so the answers tell
                // the terms.
                const auto now = static_cast<std::int64_t>(newest * 2 + 1);
                bool renew = false;
                std::uint64_t seen = 0;
                const auto result = cell.read(
                    Millis{1}, ElapsedTime{now}, renew, [&](TokenRack& rack, std::size_t place) {
                        seen = rack.generation();
                        const HeldToken token(rack.take(place));
                        const bool whole = std::string_view(rack.bytes(), rack.size()) ==
                                               "st_test_" + std::to_string(seen) &&
                                           token->expires_at_ms == static_cast<std::int64_t>(seen);
                        if (!whole || static_cast<std::int64_t>(seen) * 2 <= now)
                            wrong.fetch_add(1);
                    });
                if (result != Read::ok) continue;
                if (renew != (now >= static_cast<std::int64_t>(seen))) wrong.fetch_add(1);
                if (seen < newest) wrong.fetch_add(1);  // time does not run backwards
                newest = std::max(newest, seen);
                good.fetch_add(1, std::memory_order_relaxed);
            }
        });
    }
    std::weak_ptr<const Token> last;
    std::vector<std::weak_ptr<const Token>> sample;
    for (std::uint64_t g = 1; g <= kPublications; ++g) {
        TokenRef token = make_token(g);
        last = token;
        if (g % 997 == 0) sample.push_back(token);
        cell.publish(std::move(token),
                     terms(static_cast<std::int64_t>(g) * 2, static_cast<std::int64_t>(g), 0, 1));
        if (g % 64 == 0) cell.clear();
    }
    while (good.load() == 0) {
        cell.publish(make_token(kPublications + 1),
                     terms(INT64_MAX, static_cast<std::int64_t>(kPublications) + 1, 0, -1));
        std::this_thread::yield();
    }
    over.store(true, std::memory_order_release);
    for (std::thread& reader : readers)
        reader.join();
    cell.spend();
    EXPECT_EQ(wrong, 0u);
    EXPECT_TRUE(last.expired());
    for (const auto& one : sample)
        EXPECT_TRUE(one.expired());
}

// A reader whose token goes while it enters has left its place to others; to leave it again would take away what keeps the
// rack of the next one.
TEST(TokenCell, R39_AReaderThatComesTooLateLeavesItsPlaceOnce) {
    using Peer = TokenCellPeer;
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 0, 1000));
    const HeldToken alive = take(cell);  // so that the first reader's rack is one
    TokenRack* first = Peer::head(cell);
    cell.clear();
    const std::size_t place = Peer::enter(cell, first);
    EXPECT_EQ(first, nullptr);
    EXPECT_EQ(Peer::inside(cell, place), nullptr);
    TokenRef token = make_token(2);
    const std::weak_ptr<const Token> watched = token;
    cell.publish(std::move(token), terms(1000, 900, 0, 1000));
    TokenRack* second = Peer::head(cell);
    ASSERT_EQ(Peer::enter(cell, second), place);
    Peer::leave(cell, place, first);
    EXPECT_EQ(Peer::inside(cell, place), second);
    cell.clear();
    EXPECT_FALSE(watched.expired()) << "the second reader is still looking at it";
    Peer::leave(cell, place, second);
    EXPECT_TRUE(watched.expired());
}

// The same for a reader that finds all places taken.
TEST(TokenCell, R39_AReaderOfTheCrowdThatComesTooLateLeavesItOnce) {
    using Peer = TokenCellPeer;
    TokenCell cell;
    cell.publish(make_token(1), terms(1000, 900, 0, 1000));
    const HeldToken alive = take(cell);
    TokenRack* const published = Peer::head(cell);
    for (std::size_t i = 0; i < TokenRack::kCrowd; ++i) {
        TokenRack* rack = published;
        ASSERT_NE(Peer::enter(cell, rack), TokenRack::kCrowd);
    }
    cell.clear();
    TokenRack* late = published;
    EXPECT_EQ(Peer::enter(cell, late), TokenRack::kCrowd);
    EXPECT_EQ(late, nullptr);
    Peer::leave(cell, TokenRack::kCrowd, late);
    EXPECT_EQ(Peer::crowd(cell), 0u);
    for (std::size_t place = 0; place < TokenRack::kCrowd; ++place)
        Peer::leave(cell, place, published);
}

// More readers than places, and a writer that takes every token back at once.
TEST(TokenCell, R39_MoreReadersThanPlacesAndAWriterAtOnce) {
    constexpr std::uint64_t kPublications = 300;
    constexpr int kReaders = 18;
    const std::uint64_t before = TokenHandle::alive();
    TokenCell cell;
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i) {
        readers.emplace_back([&] {
            while (!over.load(std::memory_order_acquire)) {
                bool renew = false;
                std::uint64_t seen = 0;
                HeldToken held;
                cell.read(Millis{1}, ElapsedTime{1}, renew,
                          [&](TokenRack& rack, std::size_t place) {
                              seen = rack.generation();
                              held = HeldToken(rack.take(place));
                          });
                if (!held) continue;
                const bool whole = held.get()->token() != nullptr && held->generation == seen &&
                                   held->value->view() == "st_test_" + std::to_string(seen);
                if (!whole) wrong.fetch_add(1);
            }
        });
    }
    std::vector<std::weak_ptr<const Token>> all;
    for (std::uint64_t g = 1; g <= kPublications; ++g) {
        TokenRef token = make_token(g);
        all.push_back(token);
        cell.publish(std::move(token), terms(1000, 900, 0, 1000));
        cell.clear();
    }
    over.store(true, std::memory_order_release);
    for (std::thread& reader : readers)
        reader.join();
    cell.spend();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(TokenHandle::alive(), before);
    for (const auto& one : all)
        ASSERT_TRUE(one.expired());
}

}  // namespace
}  // namespace credit
