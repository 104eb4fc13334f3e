#include <gtest/gtest.h>

#include <string>

#include "core/base/arena.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/json.h"
#include "core/platform_api/reply_text.h"
#include "tests/unit/platform_api_samples.h"

namespace credit {
namespace {

using samples::body;

TEST(EnvelopeTest, ASuccess) {
    const Envelope e = read_envelope(body(samples::success("{}")));
    EXPECT_TRUE(e.present);
    EXPECT_FALSE(e.has_error);
    EXPECT_EQ(e.request_id, "req_01JABC123");
    EXPECT_EQ(e.correlation_id, "corr-1");
    EXPECT_TRUE(e.correlation_given);
    EXPECT_EQ(e.timestamp_ms, 1'772'704'800'000);
}

TEST(EnvelopeTest, AnError) {
    const Envelope e = read_envelope(body(samples::failure(
        "VALIDATION_FAILED", R"(,"retryable":true,"details":{"field":"profile.contactNumber"})")));
    EXPECT_TRUE(e.present);
    EXPECT_TRUE(e.has_error);
    EXPECT_EQ(e.error_code, "VALIDATION_FAILED");
    EXPECT_EQ(e.error_message, "told so");
    EXPECT_EQ(e.error_field, "profile.contactNumber");
    EXPECT_TRUE(e.retryable);
    EXPECT_TRUE(e.retryable_given);
}

TEST(EnvelopeTest, WhatIsNoneIsNotPresent) {
    for (const std::string& text : {
             std::string(""),
             std::string("<html>"),
             std::string("[]"),
             std::string("{}"),
             std::string("7"),
             std::string(R"({"requestID":"r"})"),
             std::string(R"({"data":{}})"),
             std::string(R"({"requestID":"","data":{}})"),
             std::string(R"({"requestID":7,"data":{}})"),
             std::string(R"({"requestID":"r","data":null,"error":null})"),
             std::string(R"({"requestID":"r","data":{},"error":{"code":"X"}})"),
             std::string(R"({"requestID":"r","error":"text"})"),
             std::string(R"({"requestID":"r","error":{}})"),
             std::string(R"({"requestID":"r","error":{"code":7}})"),
             std::string(R"({"requestID":"r","error":{"code":"A","code":"B"}})"),
             std::string(R"({"requestID":"r","requestID":"s","data":{}})"),
             std::string(R"({"requestID":"r","data":{}}x)"),
             samples::failure("AUTH_INVALID_SESSION").substr(0, 60),
         }) {
        EXPECT_FALSE(read_envelope(body(text)).present) << text;
    }
}

TEST(EnvelopeTest, LargeOrdinaryRepliesAreRead) {
    const auto of_size = [](std::size_t size) {
        std::string text = samples::success("[]");
        const std::size_t at = text.find("[]") + 1;
        return text.insert(at, std::string(size - text.size(), ' '));
    };
    EXPECT_TRUE(read_envelope(body(of_size(kMaxCallJsonBytes))).present);
    EXPECT_FALSE(read_envelope(body(of_size(kMaxCallJsonBytes + 1))).present);
}

TEST(EnvelopeTest, CorrelationThatIsNoneOfOursIsStillGiven) {
    EXPECT_FALSE(read_envelope(body(samples::failure("X", "", "null"))).correlation_given);
    const Envelope number = read_envelope(body(samples::failure("X", "", "7")));
    EXPECT_TRUE(number.correlation_given);
    EXPECT_EQ(number.correlation_id, "");
}

TEST(EnvelopeTest, R40_NothingSecretOrUnprintableComesThrough) {
    const Envelope e = read_envelope(body(
        R"({"requestID":"st_test_abcdefgh","correlationID":"a b","data":null,"error":{"code":"A B",)"
        R"("message":"token rt_test_1\u0007 is\nold","details":{"field":"bt_test_abcdef"}}})"));
    EXPECT_TRUE(e.present);
    EXPECT_EQ(e.request_id, "");
    EXPECT_EQ(e.correlation_id, "");
    EXPECT_EQ(e.error_code, "");
    EXPECT_EQ(e.error_message, "token [redacted] is old");
    EXPECT_EQ(e.error_field, "");
    const Envelope odd_details =
        read_envelope(body(samples::failure("X", R"(,"details":{"field":"a","field":"b"})")));
    EXPECT_TRUE(odd_details.present);
    EXPECT_EQ(odd_details.error_field, "");
}

TEST(ReplyTextTest, R40_IdsMayBeLongButNoCredentials) {
    for (const char* id : {"req_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "0198c1e2-6a5b-7c3d-9e1f-0a2b3c4d5e6f",
                           "1-5759e988-bd862e3fe1be46a994272793", "a/b:c"}) {
        EXPECT_EQ(clean_id(id), id);
    }
    for (const char* id : {"st_live_x", "eyJhbGciOi", "Bearer:x", "a b", "\xc3\xbc", "a\x01"}) {
        EXPECT_EQ(clean_id(id), "") << id;
    }
    EXPECT_EQ(clean_id(std::string(128, 'x')).size(), 128U);
    EXPECT_EQ(clean_id(std::string(129, 'x')), "");
    EXPECT_EQ(clean_code(std::string(64, 'X')).size(), 64U);
    EXPECT_EQ(clean_code(std::string(65, 'X')), "");
    EXPECT_EQ(clean_code("a/b"), "");
    EXPECT_EQ(clean_code("sk_live_abcdef"), "");
    EXPECT_EQ(clean_code("invalid_grant"), "invalid_grant");
    EXPECT_EQ(clean_field("items[0].pan"), "items[0].pan");
    EXPECT_EQ(clean_field("a b"), "");
    EXPECT_LE(clean_message(std::string(5000, '.')).size(), kMaxMessageBytes);
}

TEST(PartnerReplyTest, DetailsHoldThePlatformsWord) {
    const PartnerReply reply =
        read_partner_reply(body(samples::partner_failure(samples::failure("X"))));
    EXPECT_TRUE(reply.present);
    EXPECT_EQ(reply.message, "Platform session bootstrap failed.");
    EXPECT_TRUE(reply.details.present);
    EXPECT_EQ(reply.details.error_code, "X");
}

TEST(PartnerReplyTest, WithoutDetailsOrNoneAtAll) {
    EXPECT_TRUE(read_partner_reply(body(R"({"error":"no"})")).present);
    EXPECT_FALSE(read_partner_reply(body(R"({"error":"no"})")).details.present);
    EXPECT_FALSE(read_partner_reply(body(samples::partner_failure("null"))).details.present);
    EXPECT_FALSE(read_partner_reply(body(R"({"error":"no","error":"yes"})")).present);
    EXPECT_FALSE(read_partner_reply(body(R"({"detail":[]})")).present);
    EXPECT_FALSE(read_partner_reply(body("nope")).present);
    EXPECT_FALSE(read_partner_reply(body(samples::failure("X"))).present);
}

TEST(JourneyTest, EveryPlaceItMayStandIn) {
    constexpr const char* kJourney =
        R"({"journeyID":"j-1","status":"KYC","nextAction":"UPLOAD","x":1})";
    const std::string journey = kJourney;
    for (const std::string& text :
         {journey, samples::success(journey), samples::success("[" + journey + ",{}]"),
          samples::success(R"({"journeys":[)" + journey + "]}"),
          samples::success(R"({"items":[)" + journey + "]}")}) {
        const auto result = parse_journey(body(text));
        ASSERT_TRUE(result.ok()) << text << result.error().message;
        EXPECT_EQ(result.value(), (Journey{"j-1", "KYC", "UPLOAD"}));
    }
}

TEST(JourneyTest, FaultsAreNamed) {
    struct Case {
        std::string text;
        Code code;
        const char* field;
    };
    for (const Case& c :
         {Case{"", Code::contract_not_json, "body:"},
          Case{samples::success("null"), Code::contract_no_data, "data:"},
          Case{samples::success("[]"), Code::contract_no_data, "data:"},
          Case{samples::success("[7]"), Code::contract_no_data, "data:"},
          Case{samples::success("{}"), Code::contract_missing_field, "data.journeyID:"},
          Case{samples::success(R"({"items":{}})"), Code::contract_missing_field,
               "data.journeyID:"},
          Case{samples::success(R"([{"journeyID":"j"}])"), Code::contract_missing_field,
               "data[0].status:"},
          Case{samples::success(R"({"journeyID":7})"), Code::contract_wrong_type,
               "data.journeyID:"},
          Case{samples::success(R"({"journeyID":"j","journeyID":"k"})"),
               Code::contract_duplicate_key, "data.journeyID:"},
          Case{R"({"data":{},"data":{}})", Code::contract_duplicate_key, "data:"},
          Case{std::string(kMaxCallJsonBytes + 1, ' '), Code::reply_too_large, "body:"}}) {
        const auto result = parse_journey(body(c.text));
        ASSERT_FALSE(result.ok()) << c.text.substr(0, 100);
        EXPECT_EQ(code_name(result.error().code), code_name(c.code)) << c.text.substr(0, 100);
        EXPECT_EQ(result.error().message.rfind(c.field, 0), 0U) << result.error().message;
    }
}

// Every byte simdjson copies of a reply comes from the arena, and is given back to it.
TEST(JsonTest, R39_ParsingLeavesNothingInTheArena) {
    alignas(64) static char region[arena::kRegionBytes];
    arena::install(region, sizeof region, false);
    const std::size_t before = arena::report().in_use;
    const SecretBuffer text = body(R"({"sessionToken":"st_test_arena_marker"})");
    {
        const json::Document document(text.view(), kMaxJsonBytes);
        EXPECT_GT(arena::report().in_use, before + text.capacity());
        const std::string_view token = json::Field(*document.object(), "sessionToken").text();
        EXPECT_EQ(token, "st_test_arena_marker");
        EXPECT_GE(token.data(), region);
        EXPECT_LT(token.data(), region + sizeof region);
    }
    const std::string_view left(region, sizeof region);
    const std::size_t once = left.find("st_test_arena_marker");  // the caller's own buffer
    ASSERT_NE(once, left.npos);
    EXPECT_EQ(left.find("st_test_arena_marker", once + 1), left.npos);
}

}  // namespace
}  // namespace credit
