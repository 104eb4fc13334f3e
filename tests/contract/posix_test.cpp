// Entropy, secret memory, the poller and the fork guard on this system (R36, R39).
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "platform/memory/counting_entropy.h"
#include "platform/posix/condvar_poller.h"
#include "platform/posix/fork_guard.h"
#include "platform/posix/posix_entropy.h"
#include "platform/posix/posix_secret_memory.h"

namespace credit {
namespace {

// Sanitizers replace mlock() by one that does nothing and succeeds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMlockIsFake = true;
#elif defined(__has_feature)
constexpr bool kMlockIsFake = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kMlockIsFake = false;
#endif

// The exit code of a forked child that returns `work`'s result, or -1 if it died.
int in_child(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(work());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The limit alone does not bind root, who has a right to lock that can be given up.
bool forbid_locking() {
    const rlimit none{0, 0};
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> rights{};
    if (::syscall(SYS_capget, &head, rights.data()) != 0) return false;
    rights[0].effective &= ~(1U << CAP_IPC_LOCK);
    return ::syscall(SYS_capset, &head, rights.data()) == 0 &&
           ::setrlimit(RLIMIT_MEMLOCK, &none) == 0;
}

TEST(PosixEntropy, FillsEveryByteDifferentlyEachTime) {
    PosixEntropy entropy;
    std::set<std::array<std::byte, 16>> seen;
    for (int i = 0; i < 1000; ++i) {
        std::array<std::byte, 16> bytes{};
        entropy.fill(bytes);
        EXPECT_TRUE(seen.insert(bytes).second);
    }
    // Each byte of a longer piece takes part: the chance that one stays zero in 64 draws is
    // 256^-64.
    std::array<std::byte, 1000> touched{};
    for (int i = 0; i < 64; ++i) {
        std::array<std::byte, 1000> bytes{};
        entropy.fill(bytes);
        for (std::size_t k = 0; k < bytes.size(); ++k)
            touched[k] |= bytes[k];
    }
    for (const std::byte byte : touched)
        EXPECT_NE(byte, std::byte{0});
    entropy.fill({});
}

TEST(CountingEntropy, IsTheSameForTheSameSeedOnly) {
    const auto draw = [](std::uint64_t seed) {
        CountingEntropy entropy(seed);
        std::array<std::byte, 33> bytes{};
        entropy.fill(bytes);
        EXPECT_EQ(entropy.bytes_drawn(), 33u);
        return bytes;
    };
    EXPECT_EQ(draw(1), draw(1));
    EXPECT_NE(draw(1), draw(2));
}

TEST(PosixSecretMemory, IsZeroedWritableAndLocked) {
    PosixSecretMemory memory;
    const SecretMemory::Region region = memory.acquire(32 * 1024);
    ASSERT_NE(region.data, nullptr);
    ASSERT_GE(region.size, 32u * 1024);
    char* data = static_cast<char*>(region.data);
    for (std::size_t i = 0; i < region.size; ++i)
        ASSERT_EQ(data[i], 0);
    std::memset(data, 'x', region.size);
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    if (limit.rlim_cur >= region.size) {
        EXPECT_TRUE(region.locked);
    }
}

TEST(PosixSecretMemory, IsKeptOutOfDumpsAndChildren) {
    PosixSecretMemory memory;
    const SecretMemory::Region region = memory.acquire(8192);
    ASSERT_NE(region.data, nullptr);
    std::memset(region.data, 's', region.size);
    EXPECT_EQ(in_child([&] { return static_cast<const char*>(region.data)[100]; }), 0);
    EXPECT_EQ(static_cast<const char*>(region.data)[100], 's');

    // VmFlags of the mapping: "dd" is "do not dump", "wf" is "wipe on fork", "lo" is "locked".
    std::ifstream smaps("/proc/self/smaps");
    char wanted[32];
    std::snprintf(wanted, sizeof wanted, "%lx-", reinterpret_cast<unsigned long>(region.data));
    std::string line;
    while (std::getline(smaps, line) && line.rfind(wanted, 0) != 0) {
    }
    while (std::getline(smaps, line) && line.rfind("VmFlags:", 0) != 0) {
    }
    EXPECT_NE(line.find(" dd"), std::string::npos) << line;
    EXPECT_NE(line.find(" wf"), std::string::npos) << line;
    if (!kMlockIsFake) {
        EXPECT_EQ(line.find(" lo") != std::string::npos, region.locked) << line;
    }
}

TEST(PosixSecretMemory, HasGuardsOnBothSides) {
    PosixSecretMemory memory;
    const SecretMemory::Region region = memory.acquire(4096);
    ASSERT_NE(region.data, nullptr);
    const auto* data = static_cast<const volatile char*>(region.data);
    const auto touch = [](const volatile char* at) {
        return in_child([at] {
            ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would report what is meant to happen
            return static_cast<int>(*at) & 0;
        });
    };
    EXPECT_EQ(touch(data), 0);
    EXPECT_NE(touch(data - 1), 0);
    EXPECT_NE(touch(data + region.size), 0);
}

TEST(PosixSecretMemory, SaysSoWhenItCannotLockOrHave) {
    EXPECT_EQ(PosixSecretMemory().acquire(0).data, nullptr);
    EXPECT_EQ(PosixSecretMemory().acquire(SIZE_MAX - 10).data, nullptr);
    if (kMlockIsFake) return;
    EXPECT_EQ(in_child([] {
                  if (!forbid_locking()) return 2;
                  const auto region = PosixSecretMemory().acquire(4096);
                  return region.data != nullptr && !region.locked ? 0 : 1;
              }),
              0);
}

TEST(ForkGuard, KnowsTheChildAndItsChildren) {
    arm_fork_guard();
    EXPECT_FALSE(in_forked_child());
    EXPECT_EQ(in_child([] {
                  if (!in_forked_child()) return 1;
                  arm_fork_guard();  // too late: the SDK was in use before the fork
                  return in_forked_child() && in_child([] { return in_forked_child(); }) == 1 ? 0
                                                                                              : 2;
              }),
              0);
    EXPECT_FALSE(in_forked_child());
}

TEST(CondvarPoller, AWakeBeforeTheWaitEndsIt) {
    CondvarPoller poller;
    poller.wake();
    poller.wake();
    const auto start = std::chrono::steady_clock::now();
    poller.wait(hours(1));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(5));
}

TEST(CondvarPoller, AWakeFromAnotherThreadEndsTheWait) {
    CondvarPoller poller;
    std::atomic<int> rounds{0};
    std::thread engine([&] {
        for (int i = 0; i < 100; ++i) {
            poller.wait(minutes(10));
            ++rounds;
        }
    });
    while (rounds.load() < 100)
        poller.wake();
    engine.join();
}

TEST(CondvarPoller, ATimeoutEndsTheWaitAndAWakeIsUsedUp) {
    CondvarPoller poller;
    poller.wake();
    poller.wait(minutes(10));
    const auto start = std::chrono::steady_clock::now();
    poller.wait(Millis{20});
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20));
    poller.wait(Millis{0});
    poller.wait(Millis{-5});
}

}  // namespace
}  // namespace credit
