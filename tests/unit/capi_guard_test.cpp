// What crosses the border, and what a forked child gets (R36).
#include "capi/src/guard.h"

#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "capi/src/error.h"
#include "core/base/check.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using capi::guard;

TEST(CapiGuard, TurnsWhateverEscapesIntoACode) {
    EXPECT_EQ(guard([] { return CREDIT_DEADLINE; }), CREDIT_DEADLINE);
    EXPECT_EQ(guard([]() -> credit_code { throw std::bad_alloc(); }), CREDIT_OUT_OF_MEMORY);
    EXPECT_EQ(guard([]() -> credit_code { throw std::runtime_error("x"); }), CREDIT_INTERNAL);
    EXPECT_EQ(guard([]() -> credit_code { throw 1; }), CREDIT_INTERNAL);
}

TEST(CapiGuard, R36_FailedCheckIsAnErrorNotTheEndOfTheApp) {
    EXPECT_EQ(guard([]() -> credit_code {
                  CREDIT_CHECK(1 + 1 == 3);
                  return CREDIT_OK;
              }),
              CREDIT_INTERNAL);
    capi::guard_void([] { CREDIT_CHECK(false); });
}

using CapiGuardErrors = CapiTest;

TEST_F(CapiGuardErrors, EveryFailureHasAnErrorEvenWithoutMemory) {
    credit_error* error = nullptr;
    EXPECT_EQ(capi::guard_with_error(&error, []() -> Status { throw std::bad_alloc(); }),
              CREDIT_OUT_OF_MEMORY);
    EXPECT_EQ(credit_error_code(error), CREDIT_OUT_OF_MEMORY);
    EXPECT_EQ(checked(credit_error_message(error)), "out of memory");
    credit_error_release(error);  // not owned: nothing happens
    EXPECT_EQ(credit_error_code(error), CREDIT_OUT_OF_MEMORY);
    EXPECT_EQ(credit_debug_live_objects(), 0u);
}

TEST_F(CapiGuardErrors, GettersReadEverything) {
    Error full(Code::rate_limited, "slow down");
    full.platform_code = "RATE_LIMITED";
    full.http_status = 429;
    full.request_id = "req_1";
    full.correlation_id = "corr-1";
    full.retry_after_ms = 1500;
    credit_error* error = nullptr;
    EXPECT_EQ(capi::hand_out(&error, full), CREDIT_RATE_LIMITED);
    EXPECT_EQ(credit_debug_live_objects(), 1u);
    EXPECT_EQ(credit_error_code(error), CREDIT_RATE_LIMITED);
    EXPECT_EQ(checked(credit_error_message(error)), "slow down");
    EXPECT_EQ(checked(credit_error_platform_code(error)), "RATE_LIMITED");
    EXPECT_EQ(credit_error_http_status(error), 429);
    EXPECT_EQ(checked(credit_error_request_id(error)), "req_1");
    EXPECT_EQ(checked(credit_error_correlation_id(error)), "corr-1");
    EXPECT_EQ(credit_error_retry_after_ms(error), 1500);
    credit_error_release(error);
}

TEST_F(CapiGuardErrors, NoErrorReadsAsSuccess) {
    EXPECT_EQ(credit_error_code(nullptr), CREDIT_OK);
    EXPECT_EQ(checked(credit_error_message(nullptr)), "");
    EXPECT_EQ(credit_error_retry_after_ms(nullptr), -1);
    credit_error_release(nullptr);
}

// The number of the first expectation that did not hold in the child, or 0.
int child_findings(const Config& config, const SessionHandle& session) {
    credit_config* made = nullptr;
    credit_error* error = nullptr;
    credit_state_info info = sized<credit_state_info>();
    std::size_t size = 0;
    char buffer[8];
    if (credit_config_create(&made) != CREDIT_FORKED) return 1;
    if (credit_config_check(config.get(), &error) != CREDIT_FORKED) return 2;
    if (credit_error_code(error) != CREDIT_FORKED) return 3;
    if (credit_session_state(session.get(), &info) != CREDIT_FORKED) return 4;
    if (credit_session_copy_token(session.get(), 0, buffer, sizeof buffer, &size, nullptr) !=
        CREDIT_FORKED)
        return 5;
    if (credit_session_close(session.get(), nullptr, nullptr) != CREDIT_FORKED) return 6;
    const std::uint64_t before = credit_debug_live_objects();
    credit_session_release(session.get());
    credit_config_release(config.get());
    if (credit_debug_live_objects() != before) return 7;
    return 0;
}

TEST_F(CapiGuardErrors, R36_ForkedChildIsRefusedEverywhere) {
    const Config config = good_config();
    const SessionHandle session = open(config);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(child_findings(config, session));
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    // The parent goes on as if nothing had been.
    EXPECT_EQ(check(config).code, CREDIT_OK);
}

}  // namespace
}  // namespace credit::test
