// Structs that grow, in both directions.
#include "capi/src/sized.h"

#include <cstring>

#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

using capi::read_sized;
using capi::write_sized;

// A struct as this library knows it, and as a program three versions ahead has it.
struct Known {
    std::uint32_t struct_size;
    std::uint32_t first;
    std::uint64_t second;
};
struct Newer {
    Known known;
    std::uint64_t third;
};

TEST(CapiSized, OlderProgramsLeaveLaterFieldsAtTheirDefault) {
    Known in{offsetof(Known, second), 5, 99};
    Known out{};
    EXPECT_EQ(read_sized(&in, out), CREDIT_OK);
    EXPECT_EQ(out.first, 5u);
    EXPECT_EQ(out.second, 0u);
}

TEST(CapiSized, NewerProgramsMayNotSetWhatThisLibraryDoesNotKnow) {
    Newer in{{sizeof(Newer), 5, 6}, 0};
    Known out{};
    EXPECT_EQ(read_sized(&in.known, out), CREDIT_OK);
    EXPECT_EQ(out.second, 6u);
    in.third = 1;
    EXPECT_EQ(read_sized(&in.known, out), CREDIT_UNSUPPORTED);
}

TEST(CapiSized, AbsurdSizesAreRefused) {
    Known out{};
    for (const std::uint32_t size : {0u, 3u, 4097u, 0xffffffffu}) {
        Known in{size, 5, 6};
        EXPECT_EQ(read_sized(&in, out), CREDIT_INVALID_ARGUMENT) << size;
        EXPECT_EQ(write_sized(&in, Known{}), CREDIT_INVALID_ARGUMENT) << size;
    }
    EXPECT_EQ(read_sized<Known>(nullptr, out), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(write_sized<Known>(nullptr, out), CREDIT_INVALID_ARGUMENT);
}

TEST(CapiSized, WritingStaysWithinTheCallersStruct) {
    Known older{offsetof(Known, second), 0, 99};
    EXPECT_EQ(write_sized(&older, Known{sizeof(Known), 1, 2}), CREDIT_OK);
    EXPECT_EQ(older.first, 1u);
    EXPECT_EQ(older.second, 99u);
    EXPECT_EQ(older.struct_size, offsetof(Known, second));

    Newer newer{{sizeof(Newer), 0, 0}, 99};
    EXPECT_EQ(write_sized(&newer.known, Known{sizeof(Known), 1, 2}), CREDIT_OK);
    EXPECT_EQ(newer.known.second, 2u);
    EXPECT_EQ(newer.third, 0u);
}

using CapiSizedApi = CapiTest;

TEST_F(CapiSizedApi, SettersRefuseAForgottenSizeAndNameTheStruct) {
    const Config config = good_config();
    credit_policy policy{};
    EXPECT_EQ(credit_config_set_policy(config.get(), &policy), CREDIT_INVALID_ARGUMENT);
    EXPECT_THAT(check(config).message, ::testing::StartsWith("policy: "));
    // The smallest struct there is sets nothing.
    policy.struct_size = sizeof policy.struct_size;
    EXPECT_EQ(credit_config_set_policy(config.get(), &policy), CREDIT_OK);
    EXPECT_EQ(check(config).code, CREDIT_OK);
}

}  // namespace
}  // namespace credit::test
