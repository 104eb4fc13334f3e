// The header's text against the core's table of codes, both ways.
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "core/base/code.h"
#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

std::string header_text() {
    std::ifstream file(CREDIT_HEADER_PATH);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
}

std::map<int, std::string> codes_of_header() {
    const std::string header = header_text();
    const auto begin = header.find("CREDIT_ENUM(credit_code)");
    const std::string body = header.substr(begin, header.find("};", begin) - begin);
    std::map<int, std::string> codes;
    const std::regex constant("CREDIT_([A-Z_]+) = ([0-9]+)");
    for (std::sregex_iterator at(body.begin(), body.end(), constant), end; at != end; ++at) {
        std::string name = (*at)[1];
        for (char& c : name)
            c = static_cast<char>(std::tolower(c));
        EXPECT_TRUE(codes.emplace(std::stoi((*at)[2]), name).second) << name << " repeats a value";
    }
    return codes;
}

std::map<int, std::string> codes_of_core() {
    std::map<int, std::string> codes;
#define X(name, value, retryable, dead) codes.emplace(value, #name);
    CREDIT_CODES(X)
#undef X
    return codes;
}

}  // namespace

TEST(CapiMirror, HeaderAndCoreHaveTheSameCodes) {
    EXPECT_EQ(codes_of_header(), codes_of_core());
}

TEST(CapiMirror, CodesHaveNamesAndPredicates) {
    EXPECT_EQ(checked(credit_code_name(CREDIT_STORAGE_LOCKED)), "storage_locked");
    EXPECT_EQ(checked(credit_code_name(static_cast<credit_code>(77))), "unknown");
    EXPECT_EQ(credit_code_is_retryable(CREDIT_NETWORK_TIMEOUT), 1);
    EXPECT_EQ(credit_code_is_retryable(CREDIT_CONFIG_INVALID), 0);
    EXPECT_EQ(credit_code_needs_new_session(CREDIT_SESSION_DEAD), 1);
    EXPECT_EQ(credit_code_needs_new_session(CREDIT_STORAGE_LOCKED), 0);
}

TEST(CapiMirror, VersionAndAbi) {
    EXPECT_EQ(checked(credit_version()), "0.1.0");
    EXPECT_EQ(credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR), CREDIT_OK);
    EXPECT_EQ(credit_check_abi(CREDIT_ABI_MAJOR + 1, CREDIT_ABI_MINOR), CREDIT_ABI_MISMATCH);
    EXPECT_EQ(credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR + 1), CREDIT_ABI_MISMATCH);
}

}  // namespace credit::test
