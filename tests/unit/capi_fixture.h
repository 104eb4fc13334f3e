// Helpers of the C API's tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/secret.h"
#include "credit/credit.h"
#include "tests/unit/capi_fake_session.h"

// The header says non-null; what happens to those who ignore it is tested as well.
#pragma GCC diagnostic ignored "-Wnonnull"

namespace credit::test {

inline credit_str str(std::string_view text) {
    return {text.data(), text.size()};
}
inline std::string text(credit_str s) {
    return std::string(s.data, s.size);
}
// Every string of the library has a NUL behind its last byte.
std::string checked(credit_str s);

struct ConfigFree {
    void operator()(credit_config* config) const { credit_config_release(config); }
};
using Config = std::unique_ptr<credit_config, ConfigFree>;
struct SessionFree {
    void operator()(credit_session* session) const { credit_session_release(session); }
};
using SessionHandle = std::unique_ptr<credit_session, SessionFree>;

Config empty_config();
// Opens in TEST: platform, partner, folder and key.
Config good_config();

// Code and message of an owned error, which is released.
struct Complaint {
    credit_code code = CREDIT_OK;
    std::string message;
};
Complaint check(const Config& config);
SessionHandle open(const Config& config, std::string_view borrower = "borrower-1");
std::shared_ptr<SessionCore> core_of(const SessionHandle& session);

// What a done callback was called with.
struct Outcome {
    int calls = 0;
    credit_code code = CREDIT_OK;
    std::string message;
    static void done(void* context, const credit_error* error);
};

template <class T>
T sized() {
    T made{};
    made.struct_size = static_cast<std::uint32_t>(sizeof made);
    return made;
}

// Every test leaves nothing behind.
class CapiTest : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(credit_debug_live_objects(), 0u); }
};

}  // namespace credit::test
