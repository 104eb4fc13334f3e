// R39: what the locked region has no room for is in no core dump, guarded, wiped and bounded.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "core/base/arena.h"
#include "core/base/secret.h"
#include "core/base/spill.h"
#include "platform/posix/posix_secret_memory.h"
#include "tests/secrets/mappings.h"

namespace credit {
namespace {

using secrets::mapping_of;

PosixSecretMemory& memory() {
    static PosixSecretMemory instance;
    return instance;
}

void set_up() {
    const SecretMemory::Region region = memory().acquire(arena::kRegionBytes);
    ASSERT_NE(region.data, nullptr);
    arena::install(region.data, region.size, region.locked);
    arena::install_pages(
        {[](std::size_t size) noexcept { return memory().acquire_more(size); },
         [](void* data, std::size_t size) noexcept { memory().release_more(data, size); }});
}

class Spill : public testing::Test {
  protected:
    static void SetUpTestSuite() { set_up(); }
    void SetUp() override {
        ASSERT_TRUE(arena::report().out_of_dumps);
        ASSERT_EQ(arena::report().outside_bytes, 0u);
    }
    void TearDown() override {
        EXPECT_EQ(arena::report().outside_bytes, 0u);
        EXPECT_EQ(arena::report().in_use, 0u);
    }
};

// One byte of it is read by a child of this process: its exit code, or 128 and the signal.
int read_in_child(const char* at) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::signal(SIGSEGV, SIG_DFL);
        ::_exit(*static_cast<const volatile char*>(at));
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(Spill, R39_IsInNoCoreDump) {
    std::vector<SecretRef> held;
    for (int i = 0; i < 100; ++i)  // 64 fit
        held.push_back(Secret::copy_of(std::string(500, 's')));
    held.push_back(Secret::copy_of(std::string(arena::kRegionBytes, 'l')));
    SecretBuffer body;
    body.append(std::string(200'000, 'b'));
    SecretBuffer rare;
    rare.reserve_outside(100);
    rare.append("rare");
    EXPECT_GE(arena::report().spilled, 37u);
    // The check itself: ordinary memory is in a dump.
    const std::string ordinary(500, 'o');
    const std::vector<secrets::Mapping> all = secrets::mappings_of("self");
    EXPECT_FALSE(mapping_of(all, ordinary.data()).kept_out_of_dumps());
    for (const SecretRef& secret : held)
        EXPECT_TRUE(mapping_of(all, secret->data()).kept_out_of_dumps());
    EXPECT_TRUE(mapping_of(all, body.data()).kept_out_of_dumps());
    EXPECT_TRUE(mapping_of(all, rare.data()).kept_out_of_dumps());
}

TEST_F(Spill, R39_IsWipedWhenItIsGivenBack) {
    auto* all = arena::allocate(arena::kRegionBytes);
    auto* keeps_the_piece = static_cast<char*>(arena::allocate(10));
    auto* data = static_cast<char*>(arena::allocate(3000));
    std::memset(data, 's', 3000);
    arena::release(data, 3000);
    EXPECT_TRUE(std::all_of(data, data + 3000, [](char c) { return c == 0; }));
    auto* again = static_cast<char*>(arena::allocate(3000));
    EXPECT_TRUE(std::all_of(again, again + 3000, [](char c) { return c == 0; }));
    arena::release(again, 3000);
    arena::release(keeps_the_piece, 10);
    arena::release(all, arena::kRegionBytes);
}

TEST_F(Spill, R39_IsGuardedOnBothSides) {
    auto* data = static_cast<char*>(arena::allocate_outside(100'000));
    const secrets::Mapping found = mapping_of(data);
    const auto* begin = reinterpret_cast<const char*>(found.begin);
    const auto* end = reinterpret_cast<const char*>(found.end);
    EXPECT_EQ(read_in_child(data), 0);
    EXPECT_EQ(read_in_child(begin - 1), 128 + SIGSEGV);
    EXPECT_EQ(read_in_child(end), 128 + SIGSEGV);
    arena::release(data, 100'000);
}

TEST_F(Spill, R36_R39_IsEmptyInAForkedChildAndMayBeLetGoThere) {
    SecretRef small = Secret::copy_of(std::string(400, 's'));
    auto large = std::make_shared<Secret>(90'000, Secret::Where::outside);
    large->fill("large");
    const pid_t pid = ::fork();
    if (pid == 0) {
        const bool empty = small->data()[0] == 0 && large->data()[0] == 0;
        small.reset();
        large.reset();
        ::_exit(empty ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(small->data()[0], 's');
    EXPECT_EQ(large->view(), "large");
}

TEST_F(Spill, R39_GivesPagesBack) {
    const std::size_t before = secrets::mappings_kept_out_of_dumps();
    std::vector<SecretRef> held;
    for (int i = 0; i < 4000; ++i)
        held.push_back(std::make_shared<Secret>(500, Secret::Where::outside));
    for (int i = 0; i < 50; ++i)
        held.push_back(std::make_shared<Secret>(70'000, Secret::Where::outside));
    EXPECT_GE(secrets::mappings_kept_out_of_dumps(), before + 50 + 4000 / 256);
    held.clear();
    EXPECT_LE(secrets::mappings_kept_out_of_dumps(), before + 1);
}

TEST_F(Spill, R39_IsBoundedAndRefusesWithBadAlloc) {
    std::vector<void*> held;
    constexpr std::size_t kSize = arena::Spill::kLargestInCells + 1;
    for (std::size_t i = 0; i < arena::Spill::kMaxOwnPages; ++i)
        held.push_back(arena::allocate_outside(kSize));
    EXPECT_THROW(arena::allocate_outside(kSize), std::bad_alloc);
    void* small = arena::allocate_outside(100);  // those have a place of their own
    arena::release(small, 100);
    arena::release(held.back(), kSize);
    held.back() = arena::allocate_outside(kSize);
    for (void* data : held)
        arena::release(data, kSize);
    EXPECT_THROW(arena::allocate_outside(SIZE_MAX), std::bad_alloc);
    EXPECT_THROW(arena::allocate_outside(SIZE_MAX / 2), std::bad_alloc);
}

}  // namespace
}  // namespace credit
