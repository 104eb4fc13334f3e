// Bytes that do not print and are wiped when the last holder lets go (R39, R40).
#include "core/base/secret.h"

#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/arena.h"

namespace credit {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Printable<Secret> && !Printable<SecretBuffer>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_constructible_v<SecretBuffer>);
static_assert(!std::is_convertible_v<Secret, std::string> &&
              !std::is_convertible_v<SecretBuffer, std::string>);

TEST(Secret, HoldsItsBytesWithANulBehind) {
    const SecretRef secret = Secret::copy_of(std::string_view("st_test\0x", 9));
    EXPECT_EQ(secret->view(), std::string_view("st_test\0x", 9));
    EXPECT_EQ(secret->size(), 9u);
    EXPECT_EQ(secret->data()[9], '\0');
    const SecretRef empty = Secret::copy_of(std::string_view());
    EXPECT_EQ(empty->size(), 0u);
    EXPECT_EQ(empty->data()[0], '\0');
}

TEST(Secret, CopiesBytesToo) {
    const std::string text = "token";
    EXPECT_EQ(Secret::copy_of(std::as_bytes(std::span(text)))->view(), text);
}

TEST(Secret, Compares) {
    const SecretRef one = Secret::copy_of("token");
    const SecretRef same = Secret::copy_of("token");
    const SecretRef other = Secret::copy_of("tokem");
    EXPECT_TRUE(one->equals("token"));
    EXPECT_FALSE(one->equals("tokens"));
    EXPECT_FALSE(one->equals("toke"));
    EXPECT_TRUE(same_secret(one, same));
    EXPECT_FALSE(same_secret(one, other));
    EXPECT_FALSE(same_secret(one, nullptr));
    EXPECT_FALSE(same_secret(nullptr, one));
    EXPECT_TRUE(same_secret(nullptr, nullptr));
    EXPECT_EQ(view_or_empty(nullptr), "");
    EXPECT_EQ(view_or_empty(one), "token");
}

TEST(Secret, WipeOverwrites) {
    std::string text = "secret";
    wipe(text.data(), text.size());
    EXPECT_EQ(text, std::string(6, '\0'));
    wipe(nullptr, 10);
    wipe(text.data(), 0);
}

TEST(SecretBuffer, GrowsAndKeepsItsContent) {
    SecretBuffer buffer;
    EXPECT_TRUE(buffer.empty());
    std::string expected;
    for (int i = 0; i < 2000; ++i) {
        const char letter = static_cast<char>('a' + i % 26);
        buffer.append(letter);
        expected += letter;
    }
    buffer.append("");
    EXPECT_EQ(buffer.view(), expected);
    EXPECT_EQ(buffer.size(), 2000u);
    EXPECT_GE(buffer.capacity(), 2000u);
    EXPECT_EQ(buffer.bytes().size(), 2000u);
}

TEST(SecretBuffer, ReserveThenAppendDoesNotMove) {
    SecretBuffer buffer;
    buffer.reserve(1000);
    const char* at = buffer.data();
    buffer.append(std::string(1000, 'x'));
    EXPECT_EQ(buffer.data(), at);
    buffer.reserve(10);
    EXPECT_EQ(buffer.capacity(), 1000u);
}

TEST(SecretBuffer, ClearWipesAndKeepsTheRoom) {
    SecretBuffer buffer;
    buffer.append("secret");
    const char* at = buffer.data();
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(std::memcmp(at, "\0\0\0\0\0\0", 6), 0);
    EXPECT_EQ(buffer.data(), at);
    SecretBuffer().clear();
}

TEST(SecretBuffer, ResizeWipesWhatItCutsOffAndZeroesWhatItAdds) {
    SecretBuffer buffer;
    buffer.append("secret");
    buffer.resize(2);
    EXPECT_EQ(buffer.view(), "se");
    EXPECT_EQ(std::memcmp(buffer.data() + 2, "\0\0\0\0", 4), 0);
    buffer.resize(6);
    EXPECT_EQ(buffer.view(), std::string_view("se\0\0\0\0", 6));
}

TEST(SecretBuffer, Moves) {
    SecretBuffer one;
    one.append("one");
    SecretBuffer two(std::move(one));
    EXPECT_EQ(two.view(), "one");
    SecretBuffer three;
    three.append("three");
    three = std::move(two);
    EXPECT_EQ(three.view(), "one");
    SecretBuffer& self = three;
    three = std::move(self);
    EXPECT_EQ(three.view(), "one");
}

}  // namespace
}  // namespace credit
