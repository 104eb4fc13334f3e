// What the sandbox's HTTP library leaves to it: odd methods, odd paths, bodies nobody reads.
#include <gtest/gtest.h>

#include "sandbox_borrower.h"

namespace credit::e2e {
namespace {

TEST(SandboxHttpTest, AMethodAPathDoesNotTakeIs405WithTheOnesItTakes) {
    SandboxDriver sandbox;
    for (const char* method : {"TRACE", "QUERY", "DELETE"}) {
        const auto reply = raw_exchange(sandbox.url(), sandbox.ca_file(),
                                        std::string(method) +
                                            " /api/v1/headless/journeys?type=x HTTP/1.1\r\n"
                                            "Host: sandbox\r\nConnection: close\r\n\r\n");
        expect_refusal(reply, 405, "VALIDATION_FAILED", "method");
        EXPECT_EQ(reply.header("allow"), "GET, POST") << method;
    }
}

TEST(SandboxHttpTest, ALineEndInAPathIsAPathLikeAnyOther) {
    SandboxDriver sandbox;
    expect_refusal(sandbox.call("GET", "/nothing%0Ahere", {}), 404, "RESOURCE_NOT_FOUND");
}

TEST(SandboxHttpTest, ABodyNobodyReadsIsNotTakenForTheNextRequest) {
    SandboxDriver sandbox;
    const auto reply = raw_exchange(sandbox.url(), sandbox.ca_file(),
                                    "GET /api/v1/headless/journeys HTTP/1.1\r\nHost: sandbox\r\n"
                                    "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.header("connection"), "close") << "so that no client goes on with it";
}

}  // namespace
}  // namespace credit::e2e
